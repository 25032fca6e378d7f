-- What is reached: each story begins with nothing and goes on step by step. Together they reach every
-- row of the table; FormalModelTest collects the rows.
module stories

open lifecycle
open util/ordering[Tick] as ticks
open util/ordering[Fence] as fences
open util/ordering[Epoch] as epochs
open util/ordering[Count] as counts

pred story[s: Sequence] { no Removed and start and always (plain and losersFollow[s]) }
-- Pipelines of one stage, and stages that fail for good.
pred short { always (Step.event in ACCEPT + REDRIVEN + REROUTED + READMITTED + STAGE_FAILED => Permanent in Step.how) }

run marksOfAccepted { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isHoldPlaced[s] ; isHoldReleased[s] ;
    isClockJumps[s] ; isDeadlinePassed[s] ; isExpiryNear[s] ; isClockJumps[s] ; isToldEarly[s] ;
    isDeadlineExtended[s] ; isClockJumps[s] ; isDeadlinePassed[s] ; isRedriven[s] ; isRerouted[s] ;
    isDiscardDecided[s] ; isPermit[s] ; isDelete[s] ; isDisposalFinished[s] ; isOpen[s] ; isWrite[s] ;
    isBarrier[s] ; isManifest[s] ; isReadmitted[s] ; isRot[s] ; isDamageFound[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 1 Fence, exactly 2 Token, 4 Key, 4 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 29..29 steps
run marksOfProcessing { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isHoldPlaced[s] ;
    isHoldReleased[s] ; isClockJumps[s] ; isDeadlinePassed[s] ; isExpiryNear[s] ; isClockJumps[s] ;
    isToldEarly[s] ; isDeadlineExtended[s] ; isStagePending[s] ; isRunOut[s] ; isClaim[s] ; isLeaseLost[s] ;
    isRunOut[s] ; isFenced[s] ; isClaim[s] ; isLeaseLost[s] ; isRedriven[s] ; isClaim[s] ; isHandBack[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 5 Fence, exactly 10 Token, 11 Key, 2 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 26..26 steps
run waysOutOfProcessing { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isStageFailed[s] ;
    isClaim[s] ; isClockJumps[s] ; isDeadlinePassed[s] ; isRedriven[s] ; isFenced[s] ; isClaim[s] ;
    isRerouted[s] ; isFenced[s] ; isClaim[s] ; isRot[s] ; isDamageFound[s] ; isRawDamageFound[s] ; isOpen[s] ;
    isWrite[s] ; isBarrier[s] ; isManifest[s] ; isReadmitted[s] ; isClaim[s] ; isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 6 Fence, exactly 12 Token, 14 Key, 4 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 27..27 steps
run marksOfProcessed { some s: Sequence | story[s] and short and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isHoldPlaced[s] ; isHoldReleased[s] ; isClockJumps[s] ;
    isDeadlinePassed[s] ; isExpiryNear[s] ; isClockJumps[s] ; isToldEarly[s] ; isDeadlineExtended[s] ;
    isClaim[s] ; isRunOut[s] ; isClaim[s] ; isLeaseLost[s] ; isRunOut[s] ; isFenced[s] ; isClaim[s] ;
    isLeaseLost[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 5 Fence, exactly 10 Token, 11 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 26..26 steps
run marksOfFailed { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isStageFailed[s] ;
    isHoldPlaced[s] ; isHoldReleased[s] ; isClockJumps[s] ; isDeadlinePassed[s] ; isExpiryNear[s] ;
    isClockJumps[s] ; isToldEarly[s] ; isDeadlineExtended[s] ; isProofRenewed[s] ; isRerouted[s] ; isClaim[s] ;
    isWriteOutput[s] ; isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isWriteOutput[s] ; isBarrierOutput[s]
    ; isStageDone[s] ; isClaim[s] ; isVerificationUnknown[s] ; isClaim[s] ; isVerificationUnknown[s] ;
    isRedriven[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 6 Fence, exactly 12 Token, 13 Key, 3 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 31..31 steps
run waysOutOfProcessed { some s: Sequence | story[s] and short and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerificationFailed[s] ; isRedriven[s] ; isClaim[s] ;
    isWriteOutput[s] ; isBarrierOutput[s] ; isStageDone[s] ; isRerouted[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClockJumps[s] ; isDeadlinePassed[s] ; isRedriven[s] ; isClaim[s] ;
    isStageFailed[s] ; isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 6 Fence, exactly 12 Token, 13 Key, 4 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 28..28 steps
run replaced { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isHoldPlaced[s] ; isHoldReleased[s] ;
    isTick[s] ; isProofRenewed[s] ; isSideRunStarted[s] ; isClaim[s] ; isStageFailed[s] ; isClaim[s] ;
    isWriteOutput[s] ; isBarrierOutput[s] ; isStagePending[s] ; isStageDone[s] ; isClaim[s] ; isRunOut[s] ;
    isClaim[s] ; isLeaseLost[s] ; isVerificationUnknown[s] ; isClaim[s] ; isReplaced[s] ; isTick[s] ;
    isSupersededReleased[s] ; isRot[s] ; isDamageFound[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 8 Fence, exactly 16 Token, 17 Key, 2 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 35..35 steps
run comparedAndSwept { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isSideRunStarted[s] ;
    isSideRunCancelled[s] ; isSideRunStarted[s] ; isClaim[s] ; isWriteOutput[s] ; isBarrierOutput[s] ;
    isStageDone[s] ; isClaim[s] ; isCompared[s] ; isSideRunStarted[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerificationFailed[s] ; isPermit[s] ; isDelete[s] ;
    isPermit[s] ; isDelete[s] ; isLeftoversSwept[s] ; isRot[s] ; isRawDamageFound[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 7 Fence, exactly 14 Token, 15 Key, 4 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 35..35 steps
run supersededAndExpired { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isSideRunStarted[s] ; isClaim[s] ;
    isWriteOutput[s] ; isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isReplaced[s] ; isTick[s] ; isTick[s]
    ; isTick[s] ; isMeasure[s] ; isExpiryStarted[s] ; isPermit[s] ; isDelete[s] ; isDisposalFinished[s] ;
    isTick[s] ; isProofRenewed[s] ; isSupersededReleased[s] ; isPermit[s] ; isDelete[s] ; isLeftoversSwept[s] ;
    isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 5 Fence, exactly 10 Token, 11 Key, 2 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 34..34 steps
run lostAndUploadedAgain { some s: Sequence | story[s] and short and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isTick[s] ; isTick[s] ; isTick[s] ;
    isMeasure[s] ; isExpiryStarted[s] ; isPermit[s] ; isDelete[s] ; isDisposalFinished[s] ; isRot[s] ;
    isDamageFound[s] ; isClockJumps[s] ; isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isReadmitted[s]
    ; isClaim[s] ; isWriteOutput[s] ; isBarrierOutput[s] ; isStageDone[s] ; isDiscardDecided[s] ; isPermit[s] ;
    isDelete[s] ; isPermit[s] ; isDelete[s] ; isPermit[s] ; isDelete[s] ; isDisposalFinished[s] ;
    isLeftoversSwept[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 2 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 41..41 steps
run lostWhileExpiring { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isTick[s] ; isTick[s] ; isTick[s] ;
    isMeasure[s] ; isExpiryStarted[s] ; isRot[s] ; isDamageFound[s] ; isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 3 Fence, exactly 6 Token, 7 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 20..20 steps
run erasedWhileExpiring { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isTick[s] ; isTick[s] ; isTick[s] ;
    isMeasure[s] ; isExpiryStarted[s] ; isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 3 Fence, exactly 6 Token, 7 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 18..18 steps
run erased { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isDiscardDecided[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 3 Fence, exactly 6 Token, 7 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 13..13 steps
run redrivenAndVerifiedAgain { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isClaim[s] ; isWriteOutput[s] ;
    isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ; isVerified[s] ; isRot[s] ; isDamageFound[s] ;
    isRedriven[s] ; isClaim[s] ; isWriteOutput[s] ; isBarrierOutput[s] ; isStageDone[s] ; isClaim[s] ;
    isVerified[s] ; isTick[s] ; isTick[s] ; isTick[s] ; isMeasure[s] ; isExpiryStarted[s] ; isPermit[s] ;
    isDelete[s] ; isDisposalFinished[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 5 Fence, exactly 10 Token, 11 Key, 2 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 29..29 steps
run abandoned { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isAbandon[s] ; isPermit[s] ; isPurgerDies[s] ; isPermit[s] ;
    isDelete[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 1 Fence, exactly 2 Token, 3 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 9..9 steps
run restored { some s: Sequence | story[s] and {
    isOpen[s] ; isWrite[s] ; isBarrier[s] ; isManifest[s] ; isAccept[s] ; isNodeStops[s] ; isNodeStops[s] ;
    isBlock[s] ; isNodeStarts[s] ; isUnblock[s] ; isClaim[s] ; isCrash[s] ; isRunOut[s] ; isClaim[s] ;
    isRestore[s] ; isAudit[s] ; isFenced[s] ; isClaim[s] ; isWriteOutput[s] ; isBarrierOutput[s] ;
    isStageDone[s] ; always isNothing[s]
  } }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 9 Key, 1 Epoch, 4 Count, exactly 1 Upload, exactly 2 Worker, 22..22 steps
