-- What can happen to a sequence: a step is one event. Each event says the next value of everything.
-- Decision 26 says what this covers; FormalModelTest compares the table with that of the code.
module lifecycle

open sequence
open util/ordering[Tick] as ticks
open util/ordering[Fence] as fences
open util/ordering[Epoch] as epochs
open util/ordering[Count] as counts

-- Upload sessions ----------------------------------------------------------------------------------

pred intake[s: Sequence] { keepEntry[s] and keepWorkers[s] and keepPermits[s] and keepWorld and silent }

pred opened[s: Sequence, u: Upload] {
  u.session = Unopened
  session' = session ++ u -> Open
  s.raw' = s.raw and s.receipts' = s.receipts
  keepStore[s] and intake[s]
}
pred written[s: Sequence, u: Upload] {
  u.session in Open + Abandoned and u not in s.bytes
  s.bytes' = s.bytes + u and s.taken' = s.taken - u
  s.durable' = s.durable and s.damaged' = s.damaged and s.manifests' = s.manifests
  keepIntake[s] and intake[s]
}
pred barrier[s: Sequence, u: Upload] {
  u.session in Open + Abandoned and u in s.bytes - s.durable
  s.durable' = s.durable + u
  s.bytes' = s.bytes and s.damaged' = s.damaged and s.manifests' = s.manifests and s.taken' = s.taken
  keepIntake[s] and intake[s]
}
pred manifested[s: Sequence, u: Upload] {
  u.session in Open + Abandoned and u in s.bytes - s.manifests
  on[Barrier] => u in s.durable
  s.manifests' = s.manifests + u
  s.bytes' = s.bytes and s.durable' = s.durable and s.damaged' = s.damaged and s.taken' = s.taken
  keepIntake[s] and intake[s]
}
-- What a submitter must have done, as it remembers: it may have been paused since.
pred submittable[s: Sequence, u: Upload] {
  on[SessionOpen] => u.session = Open else u.session in Open + Abandoned
  u in s.manifests
}
pred admitted[s: Sequence, u: Upload] {
  submittable[s, u]
  session' = session ++ u -> Admitted
  s.raw' = u and s.receipts' = s.receipts + u
}
pred accepted[s: Sequence, u: Upload] {
  s.state = Absent
  admitted[s, u]
  gt[Step.given, Ledger.clock] and some Step.given.next
  s.deadline' = Step.given and s.expiresAt' = Step.given.next
  s.state' = Accepted and s.stage' in Stage and one s.stage'
  s.epoch' = s.epoch and s.attempts' = s.attempts and s.output' = s.output
  s.marks' = s.marks and s.level' = s.level
  keepSide[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and keepWorkers[s] and keepStore[s] and keepPermits[s] and keepWorld
  (Permanent in Step.how) iff s.stage' = Last
  silent
}
pred abandoned[s: Sequence, u: Upload] {
  u.session = Open
  session' = session ++ u -> Abandoned
  s.raw' = s.raw and s.receipts' = s.receipts
  keepStore[s] and intake[s]
}

-- Work ---------------------------------------------------------------------------------------------

pred canClaim[s: Sequence, w: Worker] {
  w in World.able and no w.held and some s.top.next
  s.state in inFlight or sideRuns[s]
  Leased not in s.marks or (RanOut in s.marks and on[Takeover])
}
pred claimed[s: Sequence, w: Worker] {
  canClaim[s, w]
  s.top' = s.top.next
  held' = held + w -> { t: Token | t.incarnation = Ledger.current and t.fence = s.top.next }
  s.state' = (s.state = Accepted => Processing else s.state)
  s.marks' = s.marks - LeaseMark + Leased + (Leased in s.marks => TakenOver else none)
  sideRuns[s]
    => keepRun[s] and s.sideAttempts' = up[s.sideAttempts] and s.side' = s.side and s.sideEpoch' = s.sideEpoch
       and s.sideStage' = s.sideStage and s.sideOutput' = s.sideOutput
    else keepSide[s] and s.attempts' = up[s.attempts] and s.epoch' = s.epoch and s.stage' = s.stage and s.output' = s.output
  s.level' = s.level
  keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
-- A worker learns that its lease is not current any more, or ends it by itself since its time is over.
pred fenced[s: Sequence, w: Worker] {
  some w.held and (not holds[s, w] or RanOut in s.marks)
  s.top' = s.top and held' = held - w -> Token
  keepEntry[s] and commit[s] and silent
}
-- Attempts write below a prefix of their own, whoever has the lease by then.
pred outputWritten[s: Sequence, w: Worker] {
  some w.held and w.held not in s.bytes
  holds[s, w] => readable[s] and working[s]
  s.bytes' = s.bytes + w.held
  s.durable' = s.durable and s.damaged' = s.damaged - w.held and s.manifests' = s.manifests and s.taken' = s.taken
  keepIntake[s] and keepEntry[s] and keepWorkers[s] and keepPermits[s] and keepWorld and silent
}
pred outputFlushed[s: Sequence, w: Worker] {
  some w.held and w.held in s.bytes - s.durable
  s.durable' = s.durable + w.held
  s.bytes' = s.bytes and s.damaged' = s.damaged and s.manifests' = s.manifests and s.taken' = s.taken
  keepIntake[s] and keepEntry[s] and keepWorkers[s] and keepPermits[s] and keepWorld and silent
}
-- What the stage that is due reads: the raw bytes, or the output of the stage before.
pred readable[s: Sequence] {
  sideRuns[s]
    => (some s.sideOutput => whole[s, s.sideOutput] else whole[s, s.raw])
    else (some s.output => whole[s, s.output] else whole[s, s.raw])
}
pred working[s: Sequence] {
  Leased in s.marks and TakenOver not in s.marks
  sideRuns[s] => some s.sideStage else s.state = Processing
}
pred verifying[s: Sequence] {
  Leased in s.marks and TakenOver not in s.marks
  sideRuns[s] => no s.sideStage else s.state = Processed
}
-- The lease token is compared in the ledger, in the commit.
pred token[s: Sequence, w: Worker] {
  some w.held and Leased in s.marks
  on[FenceCheck] => w.held.fence = s.top
  on[IncarnationCheck] => w.held.incarnation = Ledger.current
}
pred endLease[s: Sequence, w: Worker, m: set Mark] {
  s.marks' = s.marks - LeaseMark + m
  s.top' = s.top and held' = held - w -> Token
}
pred ended[s: Sequence, m: set Mark] { s.marks' = s.marks - LeaseMark + m and keepWorkers[s] }
pred keepLease[s: Sequence] { s.marks' = s.marks and keepWorkers[s] }

pred stageDone[s: Sequence, w: Worker] {
  token[s, w] and working[s]
  w.held in s.bytes
  on[Barrier] => w.held in s.durable
  sideRuns[s] => {
    s.sideStage' = (s.sideStage = First => Last else none)
    s.sideOutput' = w.held and s.sideAttempts' = counts/first
    s.side' = s.side and s.sideEpoch' = s.sideEpoch and s.state' = s.state
    keepRun[s] and endLease[s, w, none]
  } else {
    s.stage' = (s.stage = First => Last else none)
    s.output' = w.held and s.attempts' = counts/first and s.epoch' = s.epoch
    s.state' = (s.stage = First => Accepted else Processed)
    keepSide[s] and endLease[s, w, some s.output => Leftovers else none]
  }
  s.level' = s.level
  keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
-- The end of a run under its lease: FAILED, or of a side run nothing but its alert.
pred runFailed[s: Sequence, w: Worker] {
  sideRuns[s] => {
    s.state' = s.state and noSide[s] and keepRun[s] and endLease[s, w, none] and tell[SideRunFailed]
  } else {
    s.state' = Failed and keepRun[s] and keepSide[s] and endLease[s, w, Leftovers] and tell[SequenceFailed]
  }
  s.level' = s.level
  keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s]
}
fun spent[s: Sequence]: one Count { sideRuns[s] => s.sideAttempts else s.attempts }
pred stageFailed[s: Sequence, w: Worker] {
  token[s, w] and working[s]
  (Permanent in Step.how or (on[AttemptsCount] and gte[spent[s], maxAttempts])) => runFailed[s, w] else {
    s.state' = (sideRuns[s] => s.state else Accepted)
    endLease[s, w, sideRuns[s] => none else Leftovers]
    s.level' = s.level
    keepRest[s] and commit[s] and silent
  }
}
pred stagePending[s: Sequence, w: Worker] {
  token[s, w] and working[s] and Pending not in s.marks
  s.marks' = s.marks + Pending + Leftovers and s.level' = s.level
  mark[s] and silent
}
pred leaseLost[s: Sequence, w: Worker] {
  token[s, w] and TakenOver in s.marks
  (on[AttemptsCount] and gt[spent[s], maxAttempts]) => runFailed[s, w] else {
    s.marks' = s.marks - TakenOver + (sideRuns[s] => none else Leftovers) and s.level' = s.level
    mark[s] and silent
  }
}
-- Reads the candidate back by a path of its own; an error is no proof.
pred readBack[s: Sequence, k: Token] { on[ProofRoot] => whole[s, k] }
pred witnessed[s: Sequence, k: Token] { s.witness' = (whole[s, k] => Ledger.clock else s.witness) }
pred verified[s: Sequence, w: Worker] {
  token[s, w] and TakenOver not in s.marks
  on[PublishOnce] => s.state = Processed else s.state in Processed + Verified
  some s.output and readBack[s, s.output]
  s.published' = s.output and s.publishedEpoch' = s.epoch and s.provenAt' = Ledger.clock
  witnessed[s, s.output] and s.everPublished' = s.everPublished + s.epoch
  s.state' = Verified and s.level' = counts/first
  s.attempts' = counts/first and s.epoch' = s.epoch and s.stage' = s.stage and s.output' = s.output
  s.marks' = s.marks - LeaseMark - Overdue - RawDamaged + (Kept in Step.how => Leftovers else none)
  s.top' = s.top and held' = held - w -> Token
  keepTimes[s] and keepSide[s] and keepEpochs[s] and keepSuperseded[s] and commit[s]
  tell[Overdue not in s.marks and lte[s.deadline, Ledger.clock] => SequenceOverdue else none]
}
pred verificationFailed[s: Sequence, w: Worker] { token[s, w] and verifying[s] and runFailed[s, w] }
pred verificationUnknown[s: Sequence, w: Worker] {
  token[s, w] and verifying[s]
  (Unreadable not in Step.how and gte[spent[s], maxAttempts]) => runFailed[s, w] else {
    -- A store that cannot be read says nothing of the sequence, so it costs no attempt.
    let left = (Unreadable in Step.how => down[spent[s]] else spent[s]) {
      sideRuns[s]
        => s.sideAttempts' = left and keepRun[s] else s.attempts' = left and s.sideAttempts' = s.sideAttempts
           and s.epoch' = s.epoch and s.stage' = s.stage and s.output' = s.output
    }
    s.side' = s.side and s.sideEpoch' = s.sideEpoch and s.sideStage' = s.sideStage and s.sideOutput' = s.sideOutput
    s.state' = s.state and s.level' = s.level
    endLease[s, w, none] and tell[VerificationUnknown]
    keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s]
  }
}
pred handedBack[s: Sequence, w: Worker] {
  holds[s, w] and TakenOver not in s.marks and Pending not in s.marks
  s.state' = (s.state = Processing => Accepted else s.state)
  sideRuns[s]
    => s.sideAttempts' = down[s.sideAttempts] and keepRun[s] else s.attempts' = down[s.attempts]
       and s.sideAttempts' = s.sideAttempts and s.epoch' = s.epoch and s.stage' = s.stage and s.output' = s.output
  s.side' = s.side and s.sideEpoch' = s.sideEpoch and s.sideStage' = s.sideStage and s.sideOutput' = s.sideOutput
  s.level' = s.level
  endLease[s, w, none]
  keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}

-- Runs beside the result ---------------------------------------------------------------------------

pred newEpoch[s: Sequence, e: Epoch] { on[NewEpoch] => e = s.lastEpoch.next else e in s.lastEpoch + s.lastEpoch.next }
pred sideStarted[s: Sequence] {
  s.state = Verified and no s.side and s.output = s.published
  one Step.kind and s.side' = Step.kind
  some s.sideEpoch' and newEpoch[s, s.sideEpoch'] and s.lastEpoch' = s.sideEpoch'
  s.sideStage' = (Permanent in Step.how => Last else First)
  s.sideAttempts' = counts/first and no s.sideOutput'
  s.attempts' = counts/first and s.epoch' = s.epoch and s.stage' = s.stage and s.output' = s.output
  s.state' = s.state and s.level' = s.level and ended[s, Leftovers]
  keepTimes[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
pred sideCancelled[s: Sequence] {
  sideRuns[s]
  noSide[s] and ended[s, none] and s.state' = s.state and s.level' = s.level
  keepRun[s] and keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
pred replaced[s: Sequence, w: Worker] {
  token[s, w] and verifying[s] and sideRuns[s] and s.side = Replacement and some s.sideOutput and readBack[s, s.sideOutput]
  s.published' = s.sideOutput and s.publishedEpoch' = s.sideEpoch and s.provenAt' = Ledger.clock
  witnessed[s, s.sideOutput] and s.everPublished' = s.everPublished + s.sideEpoch
  s.epoch' = s.sideEpoch and no s.stage' and s.attempts' = counts/first and s.output' = s.sideOutput
  Kept in Step.how and some Ledger.clock.next
    => s.superseded' = s.published and s.supersededUntil' = Ledger.clock.next
    else noSuperseded[s]
  noSide[s] and endLease[s, w, none] and s.state' = s.state and s.level' = s.level
  keepTimes[s] and keepEpochs[s] and commit[s] and silent
}
pred compared[s: Sequence, w: Worker] {
  token[s, w] and verifying[s] and sideRuns[s] and s.side = Shadow and some s.sideOutput and readBack[s, s.sideOutput]
  noSide[s] and endLease[s, w, none] and s.state' = s.state and s.level' = s.level
  keepRun[s] and keepTimes[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
pred canRelease[s: Sequence] {
  s.state in Verified + Expired and some s.superseded and lte[s.supersededUntil, Ledger.clock]
}
pred released[s: Sequence] {
  canRelease[s]
  noSuperseded[s] and s.marks' = s.marks + Leftovers and s.level' = s.level and s.state' = s.state
  keepWorkers[s] and keepRun[s] and keepSide[s] and keepTimes[s] and keepEpochs[s] and keepPublication[s] and commit[s] and silent
}

-- The sentinel -------------------------------------------------------------------------------------

pred deadlineDue[s: Sequence] {
  on[SentinelDeadline] and s.state in unproven and Overdue not in s.marks and lte[s.deadline, Ledger.clock]
}
pred deadlinePassed[s: Sequence] {
  deadlineDue[s]
  s.marks' = s.marks + Overdue and s.level' = s.level
  mark[s] and tell[SequenceOverdue]
}
pred expiryDue[s: Sequence] { on[SentinelExpiry] and s.state in unproven and lt[s.level, dueLevel[s]] }
pred expiryNear[s: Sequence] {
  expiryDue[s]
  s.level' = dueLevel[s] and s.marks' = s.marks
  mark[s] and tell[SequenceAtRisk]
}
pred earlyDue[s: Sequence] {
  s.state in unproven and ((Overdue in s.marks and gt[s.deadline, Ledger.clock]) or gt[s.level, dueLevel[s]])
}
pred toldEarly[s: Sequence] {
  earlyDue[s]
  s.marks' = (gt[s.deadline, Ledger.clock] => s.marks - Overdue else s.marks)
  s.level' = (gt[s.level, dueLevel[s]] => dueLevel[s] else s.level)
  mark[s] and silent
}

-- Acts of people -----------------------------------------------------------------------------------

pred deadlineExtended[s: Sequence] {
  s.state in unproven and one Step.given
  gt[Step.given, s.deadline] and gt[Step.given, Ledger.clock] and lte[Step.given, s.expiresAt]
  s.deadline' = Step.given and s.expiresAt' = s.expiresAt
  s.marks' = s.marks - Overdue and s.level' = s.level and s.state' = s.state
  keepWorkers[s] and keepRun[s] and keepSide[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] and commit[s] and silent
}
pred holdPlaced[s: Sequence] {
  s.state in keeping
  s.marks' = s.marks + Hold and s.level' = s.level and mark[s] and silent
}
pred holdReleased[s: Sequence] {
  s.state in keeping and Hold in s.marks
  s.marks' = s.marks - Hold and s.level' = s.level and mark[s] and silent
}
-- A new run from the first stage; a lease that is there ends.
pred begun[s: Sequence] {
  some s.epoch' and newEpoch[s, s.epoch'] and s.lastEpoch' = s.epoch'
  s.stage' = (Permanent in Step.how => Last else First)
  s.attempts' = counts/first and no s.output'
  s.state' = Accepted
  keepSide[s] and keepWorkers[s] and keepPublication[s] and keepSuperseded[s]
}
pred redriven[s: Sequence] {
  s.state = Failed or (s.state in inFlight and Overdue in s.marks)
  one Step.given and gte[Step.given, Ledger.clock]
  let isExpired = gte[Ledger.clock, s.expiresAt] {
    not isExpired => lte[Step.given, s.expiresAt]
    s.deadline' = Step.given
    s.expiresAt' = (isExpired => Step.given else s.expiresAt)
  }
  -- Inside the repair window it is at risk at once.
  gt[s.deadline', leadOne[s.expiresAt']] => tell[SequenceAtRisk] else silent
  s.marks' = s.marks - LeaseMark - Overdue + Leftovers and s.level' = s.level
  begun[s] and commit[s]
}
pred rerouted[s: Sequence] {
  s.state in unproven and not (s.state = Failed and RawDamaged in s.marks)
  s.marks' = s.marks - LeaseMark + Leftovers and s.level' = s.level
  begun[s] and keepTimes[s] and commit[s] and silent
}
pred readmitted[s: Sequence, u: Upload] {
  s.state in Failed + Lost + Discarded
  admitted[s, u]
  gt[Step.given, Ledger.clock] and some Step.given.next
  s.deadline' = Step.given and s.expiresAt' = Step.given.next
  s.marks' = s.marks - LeaseMark - Overdue + Leftovers and s.level' = counts/first
  begun[s] and keepStore[s] and keepPermits[s] and keepWorld and silent
}
pred unprovenAtExpiry[s: Sequence] {
  s.state in unproven and lte[s.expiresAt, Ledger.clock]
  on[ClocksAgree] => lte[s.expiresAt, World.measured]
}
pred strictDue[s: Sequence] {
  unprovenAtExpiry[s]
  Policy.unproven = DiscardAll or (Policy.unproven = DiscardUnheld and Hold not in s.marks)
}
pred discardDecided[s: Sequence] {
  s.state in State - Absent - Discarding - Discarded
  Step.ground = Operator => s.state in Failed + Lost
  Step.ground = StrictExpiry => Policy.unproven = DiscardUnheld and unprovenAtExpiry[s] and Hold not in s.marks
  Step.ground = StrictExpiryEvenHeld => Policy.unproven = DiscardAll and unprovenAtExpiry[s]
  Step.ground = Canary => s in CanarySequence
  one Step.ground
  Step.ground = Canary => silent else tell[SequenceDiscarding]
  withdrawn[s] and noSide[s] and noSuperseded[s] and ended[s, Leftovers]
  s.state' = Discarding and s.level' = s.level
  keepRun[s] and keepTimes[s] and keepEpochs[s] and commit[s]
}

-- Expiry, readings and deletion --------------------------------------------------------------------

pred news[s: Sequence] { s.provenAt != Ledger.clock }
pred proofRenewed[s: Sequence] {
  s.state in Verified + Expired + Failed
  s.state = Failed => {
    whole[s, s.raw]
    s.marks' = s.marks - RawDamaged
    keepPublication[s]
  } else {
    news[s] and readBack[s, s.published]
    s.provenAt' = Ledger.clock and witnessed[s, s.published]
    s.published' = s.published and s.publishedEpoch' = s.publishedEpoch and s.everPublished' = s.everPublished
    s.marks' = s.marks
  }
  s.state' = s.state and s.level' = s.level
  keepWorkers[s] and keepRun[s] and keepSide[s] and keepTimes[s] and keepEpochs[s] and keepSuperseded[s] and commit[s] and silent
}
pred canExpire[s: Sequence] {
  s.state = Verified
  on[NoHold] => Hold not in s.marks
  on[NoSideRun] => no s.side
  on[GraceOver] => gt[Ledger.clock, s.expiresAt]
  on[ClocksAgree] => lte[s.expiresAt, World.measured]
  on[ProofFresh] => readBack[s, s.published] or fresh[s.provenAt]
}
pred expiryStarted[s: Sequence] {
  canExpire[s]
  -- Read now, or listed now and read before, as long as that is fresh.
  Kept in Step.how => {
    on[ProofFresh] => fresh[s.provenAt]
    s.provenAt' = s.provenAt and s.witness' = s.witness
  } else {
    on[ProofFresh] => readBack[s, s.published]
    s.provenAt' = Ledger.clock and witnessed[s, s.published]
  }
  s.published' = s.published and s.publishedEpoch' = s.publishedEpoch and s.everPublished' = s.everPublished
  s.state' = Expiring and s.level' = s.level and ended[s, none]
  keepRun[s] and keepSide[s] and keepTimes[s] and keepEpochs[s] and keepSuperseded[s] and commit[s] and silent
}
pred damageFound[s: Sequence] {
  s.state in Accepted + Processing => not whole[s, s.raw]
  s.state in Verified + Expiring + Expired => not whole[s, s.published]
  s.state in Accepted + Processing + Verified + Expiring + Expired
  Withdraw in Step.how => withdrawn[s] else keepPublication[s]
  let left = (Withdraw in Step.how => Leftovers else none),
      late = (gte[Ledger.clock, s.deadline] => s.marks + Overdue else s.marks - Overdue) {
    s.state in Expiring + Expired
      => s.state' = Lost and s.marks' = s.marks - LeaseMark + left and tell[SequenceLost]
      else s.state' = Failed and tell[SequenceFailed]
           and s.marks' = (s.state = Verified => late else s.marks) - LeaseMark + Leftovers
  }
  s.state = Verified => noSide[s] else keepSide[s]
  s.level' = s.level
  keepWorkers[s] and keepRun[s] and keepTimes[s] and keepEpochs[s] and keepSuperseded[s] and commit[s]
}
pred rawDamageFound[s: Sequence] {
  s.state in Verified + Failed and not whole[s, s.raw]
  s.marks' = s.marks + (s.state = Failed => RawDamaged else none) and s.level' = s.level
  mark[s] and tell[RawDamage]
}
-- For which keys a permit is to be had, and why.
pred expirable[s: Sequence, k: Key] {
  s.state = Expiring and k = s.raw
  -- A proof that has become old meanwhile is made again first.
  on[ProofFresh] => fresh[s.provenAt] or whole[s, s.published]
}
pred discardable[s: Sequence, k: Key] {
  s.state = Discarding
  k in Token or k.session = Admitted
}
pred abandonable[s: Sequence, k: Key] {
  on[AbandonFirst] => k.session = Abandoned else k.session in Abandoned + Open
  on[Quarantine] => k not in s.manifests
}
pred swept[s: Sequence, k: Key] {
  s.state in Verified + Expired + Discarded and no s.side
  k in Upload => k.session = Admitted and k != s.raw
  k in Token and on[OlderFence] => {
    k.incarnation = Ledger.current and k not in referenced[s]
    lt[k.fence, s.top] or (k.fence = s.top and Leased not in s.marks)
  }
}
pred permissible[s: Sequence, k: Key] { expirable[s, k] or discardable[s, k] or abandonable[s, k] or swept[s, k] }
pred permitted[s: Sequence, k: Key] {
  k in s.bytes - s.permits and permissible[s, k]
  on[AuditFirst] => Ledger.current in Ledger.audited
  s.permits' = s.permits + k
  keepIntake[s] and keepStore[s] and keepEntry[s] and keepWorkers[s] and keepWorld and silent
}
pred deleted[s: Sequence, k: Key] {
  on[Deletes] and k in s.permits
  let gone = (on[ExactKeys] => k else k + Upload) {
    s.bytes' = s.bytes - gone and s.durable' = s.durable - gone and s.damaged' = s.damaged - gone
    s.permits' = s.permits - gone
  }
  s.manifests' = s.manifests and s.taken' = s.taken
  keepIntake[s] and keepEntry[s] and keepWorkers[s] and keepWorld and silent
}
pred canFinish[s: Sequence] {
  s.state = Expiring and s.raw not in s.bytes
  or s.state = Discarding and no s.bytes & (Token + session.Admitted)
}
pred disposalFinished[s: Sequence] {
  canFinish[s]
  s.state' = (s.state = Expiring => Expired else Discarded)
  s.level' = s.level and ended[s, none]
  keepRest[s] and commit[s] and silent
}
pred leftoversSwept[s: Sequence] {
  s.state in Verified + Expired + Discarded and no s.side and Leftovers in s.marks
  no k: s.bytes | swept[s, k]
  s.marks' = s.marks - Leftovers and s.level' = s.level and mark[s] and silent
}

-- BLOCKED is a condition of work that no live node can do.
pred blockDue[s: Sequence] { (s.state in inFlight or sideRuns[s]) and no World.able and Blocked not in s.marks }
pred blocked[s: Sequence] {
  blockDue[s]
  s.marks' = s.marks + Blocked and s.level' = s.level and mark[s] and tell[StageBlocked]
}
pred unblocked[s: Sequence] {
  Blocked in s.marks and (some World.able or not (s.state in inFlight or sideRuns[s]))
  s.marks' = s.marks - Blocked and s.level' = s.level and mark[s] and silent
}

-- Time and faults ----------------------------------------------------------------------------------

pred still[s: Sequence] { keepIntake[s] and keepEntry[s] and keepPermits[s] and silent }
pred unchanged[s: Sequence] { still[s] and keepStore[s] and keepWorkers[s] }

pred ticked {
  World.now != ticks/last or Ledger.clock != ticks/last
  World.now' = (some World.now.next => World.now.next else World.now)
  Ledger.clock' = (some Ledger.clock.next => Ledger.clock.next else Ledger.clock)
  World.measured' = World.measured
  keepNodes and keepLedger
}
pred clockJumped { one Step.given and Ledger.clock' = Step.given and World.now' = World.now and World.measured' = World.measured and keepNodes and keepLedger }
pred measureDue { World.measured != World.now }
pred timeMeasured { measureDue and World.measured' = World.now and World.now' = World.now and Ledger.clock' = Ledger.clock and keepNodes and keepLedger }
pred nodeStopped[w: Worker] { w in World.able and World.able' = World.able - w and keepTime and keepLedger }
pred nodeStarted[w: Worker] { w not in World.able and World.able' = World.able + w and keepTime and keepLedger }
pred auditDue { Ledger.current not in Ledger.audited }
pred audit { auditDue and Ledger.audited' = Ledger.audited + Ledger.current and Ledger.current' = Ledger.current and keepTime and keepNodes }

pred ranOut[s: Sequence] {
  Leased in s.marks and RanOut not in s.marks
  s.marks' = s.marks + RanOut and s.level' = s.level and mark[s] and silent
}
-- A process dies: what it held, and bytes that no barrier had made durable, are gone.
pred crashed[s: Sequence, w: Worker] {
  s.top' = s.top and held' = held - w -> Token
  s.bytes' = s.bytes & s.durable and s.durable' = s.durable
  s.damaged' = s.damaged & s.durable and s.manifests' = s.manifests
  s.taken' = s.taken + ((s.bytes - s.durable) & Upload)
  still[s] and keepWorld
}
pred purgerDied[s: Sequence] {
  no s.permits' and keepIntake[s] and keepEntry[s] and keepStore[s] and keepWorkers[s] and keepWorld and silent
}
pred rotted[s: Sequence, k: Key] {
  k in s.bytes - s.damaged
  s.damaged' = s.damaged + k
  s.bytes' = s.bytes and s.durable' = s.durable and s.manifests' = s.manifests and s.taken' = s.taken
  still[s] and keepWorkers[s] and keepWorld
}
-- The ledger comes back as it was when this upload had just been accepted; paused workers do not.
pred restored[s: Sequence, u: Upload] {
  Ledger.current = Original and Ledger.current' = Restored and Ledger.audited' = Ledger.audited
  u.session = Admitted
  session' = session ++ ((Upload - u - session.Unopened) -> Unknown)
  s.raw' = u and s.receipts' = s.receipts
  s.state' = Accepted and no s.marks' and s.level' = counts/first
  s.epoch' = epochs/first and s.lastEpoch' = epochs/first and s.stage' = (Permanent in Step.how => Last else First)
  s.attempts' = counts/first and no s.output'
  s.top' = fences/first and held' = held
  no s.published' and no s.publishedEpoch' and no s.provenAt' and no s.witness' and no s.everPublished'
  no s.permits'
  noSide[s] and noSuperseded[s] and keepTimes[s] and keepStore[s] and keepTime and keepNodes and silent
}

-- The table ----------------------------------------------------------------------------------------

-- A row for each event. Its name says it in what follows, and in the commands.
pred isOpen[s: Sequence] { Step.event = OPEN and one Step.key & Upload and opened[s, Step.key] }
pred isWrite[s: Sequence] { Step.event = WRITE and one Step.key & Upload and written[s, Step.key] }
pred isBarrier[s: Sequence] { Step.event = BARRIER and one Step.key & Upload and barrier[s, Step.key] }
pred isManifest[s: Sequence] { Step.event = MANIFEST and one Step.key & Upload and manifested[s, Step.key] }
pred isAccept[s: Sequence] { Step.event = ACCEPT and one Step.key & Upload and accepted[s, Step.key] }
pred isAbandon[s: Sequence] { Step.event = ABANDON and one Step.key & Upload and abandoned[s, Step.key] }
pred isReadmitted[s: Sequence] { Step.event = READMITTED and one Step.key & Upload and readmitted[s, Step.key] }
pred isRestore[s: Sequence] { Step.event = RESTORE and one Step.key & Upload and restored[s, Step.key] }
pred isClaim[s: Sequence] { Step.event = CLAIM and one Step.by and claimed[s, Step.by] }
pred isFenced[s: Sequence] { Step.event = FENCED and one Step.by and fenced[s, Step.by] }
pred isWriteOutput[s: Sequence] { Step.event = WRITE_OUTPUT and one Step.by and outputWritten[s, Step.by] }
pred isBarrierOutput[s: Sequence] { Step.event = BARRIER_OUTPUT and one Step.by and outputFlushed[s, Step.by] }
pred isStageDone[s: Sequence] { Step.event = STAGE_DONE and one Step.by and stageDone[s, Step.by] }
pred isStageFailed[s: Sequence] { Step.event = STAGE_FAILED and one Step.by and stageFailed[s, Step.by] }
pred isStagePending[s: Sequence] { Step.event = STAGE_PENDING and one Step.by and stagePending[s, Step.by] }
pred isLeaseLost[s: Sequence] { Step.event = LEASE_LOST and one Step.by and leaseLost[s, Step.by] }
pred isVerified[s: Sequence] { Step.event = VERIFIED and one Step.by and verified[s, Step.by] }
pred isVerificationFailed[s: Sequence] { Step.event = VERIFICATION_FAILED and one Step.by and verificationFailed[s, Step.by] }
pred isVerificationUnknown[s: Sequence] { Step.event = VERIFICATION_UNKNOWN and one Step.by and verificationUnknown[s, Step.by] }
pred isReplaced[s: Sequence] { Step.event = REPLACED and one Step.by and replaced[s, Step.by] }
pred isCompared[s: Sequence] { Step.event = COMPARED and one Step.by and compared[s, Step.by] }
pred isHandBack[s: Sequence] { Step.event = HAND_BACK and one Step.by and handedBack[s, Step.by] }
pred isDeadlineExtended[s: Sequence] { Step.event = DEADLINE_EXTENDED and deadlineExtended[s] }
pred isHoldPlaced[s: Sequence] { Step.event = HOLD_PLACED and holdPlaced[s] }
pred isHoldReleased[s: Sequence] { Step.event = HOLD_RELEASED and holdReleased[s] }
pred isRedriven[s: Sequence] { Step.event = REDRIVEN and redriven[s] }
pred isRerouted[s: Sequence] { Step.event = REROUTED and rerouted[s] }
pred isDiscardDecided[s: Sequence] { Step.event = DISCARD_DECIDED and discardDecided[s] }
pred isSideRunStarted[s: Sequence] { Step.event = SIDE_RUN_STARTED and sideStarted[s] }
pred isSideRunCancelled[s: Sequence] { Step.event = SIDE_RUN_CANCELLED and sideCancelled[s] }
pred isDeadlinePassed[s: Sequence] { Step.event = DEADLINE_PASSED and deadlinePassed[s] }
pred isExpiryNear[s: Sequence] { Step.event = EXPIRY_NEAR and expiryNear[s] }
pred isToldEarly[s: Sequence] { Step.event = TOLD_EARLY and toldEarly[s] }
pred isProofRenewed[s: Sequence] { Step.event = PROOF_RENEWED and proofRenewed[s] }
pred isDamageFound[s: Sequence] { Step.event = DAMAGE_FOUND and damageFound[s] }
pred isRawDamageFound[s: Sequence] { Step.event = RAW_DAMAGE_FOUND and rawDamageFound[s] }
pred isExpiryStarted[s: Sequence] { Step.event = EXPIRY_STARTED and expiryStarted[s] }
pred isDisposalFinished[s: Sequence] { Step.event = DISPOSAL_FINISHED and disposalFinished[s] }
pred isLeftoversSwept[s: Sequence] { Step.event = LEFTOVERS_SWEPT and leftoversSwept[s] }
pred isSupersededReleased[s: Sequence] { Step.event = SUPERSEDED_RELEASED and released[s] }
pred isPermit[s: Sequence] { Step.event = PERMIT and one Step.key and permitted[s, Step.key] }
pred isDelete[s: Sequence] { Step.event = DELETE and one Step.key and deleted[s, Step.key] }
pred isBlock[s: Sequence] { Step.event = BLOCK and blocked[s] }
pred isUnblock[s: Sequence] { Step.event = UNBLOCK and unblocked[s] }
pred isMeasure[s: Sequence] { Step.event = MEASURE and timeMeasured and unchanged[s] }
pred isAudit[s: Sequence] { Step.event = AUDIT and audit and unchanged[s] }
pred isTick[s: Sequence] { Step.event = TICK and ticked and unchanged[s] }
pred isRunOut[s: Sequence] { Step.event = RUN_OUT and ranOut[s] }
pred isCrash[s: Sequence] { Step.event = CRASH and one Step.by and crashed[s, Step.by] }
pred isPurgerDies[s: Sequence] { Step.event = PURGER_DIES and purgerDied[s] }
pred isRot[s: Sequence] { Step.event = ROT and one Step.key and rotted[s, Step.key] }
pred isClockJumps[s: Sequence] { Step.event = CLOCK_JUMPS and clockJumped and unchanged[s] }
pred isNodeStops[s: Sequence] { Step.event = NODE_STOPS and one Step.by and nodeStopped[Step.by] and unchanged[s] }
pred isNodeStarts[s: Sequence] { Step.event = NODE_STARTS and one Step.by and nodeStarted[Step.by] and unchanged[s] }
pred isNothing[s: Sequence] { Step.event = NOTHING and keepWorld and unchanged[s] }

-- An event is given what it needs and nothing else, so that no two steps differ in nothing.
pred plain {
  some Step.by => Step.event in Work + HAND_BACK + VERIFICATION_UNKNOWN + CRASH + NODE_STOPS + NODE_STARTS
  some Step.key => Step.event in Intake + ABANDON + READMITTED + PERMIT + DELETE + ROT + RESTORE
  some Step.given => Step.event in ACCEPT + READMITTED + DEADLINE_EXTENDED + REDRIVEN + CLOCK_JUMPS
  some Step.ground => Step.event = DISCARD_DECIDED
  some Step.kind => Step.event = SIDE_RUN_STARTED
  Permanent in Step.how => Step.event in ACCEPT + STAGE_FAILED + SIDE_RUN_STARTED + REDRIVEN + REROUTED + READMITTED + RESTORE
  Withdraw in Step.how => Step.event = DAMAGE_FOUND
  Unreadable in Step.how => Step.event = VERIFICATION_UNKNOWN
  Kept in Step.how => Step.event in VERIFIED + REPLACED + EXPIRY_STARTED
}
pred losersFollow[s: Sequence] {
  Ledger.current' != Ledger.current => s.losers' = incarnation.Original
    else Leased in s.marks and (Leased not in s.marks' or s.top' != s.top) and tokenOf[s] not in s.output' + s.sideOutput'
    => s.losers' = s.losers + tokenOf[s]
    else s.losers' = s.losers
}
pred step[s: Sequence] {
  plain and losersFollow[s]
  {
    isOpen[s] or isWrite[s] or isBarrier[s] or isManifest[s] or isAccept[s] or isAbandon[s] or isReadmitted[s] or
    isRestore[s] or isClaim[s] or isFenced[s] or isWriteOutput[s] or isBarrierOutput[s] or isStageDone[s] or
    isStageFailed[s] or isStagePending[s] or isLeaseLost[s] or isVerified[s] or isVerificationFailed[s] or
    isVerificationUnknown[s] or isReplaced[s] or isCompared[s] or isHandBack[s] or isDeadlineExtended[s] or
    isHoldPlaced[s] or isHoldReleased[s] or isRedriven[s] or isRerouted[s] or isDiscardDecided[s] or
    isSideRunStarted[s] or isSideRunCancelled[s] or isDeadlinePassed[s] or isExpiryNear[s] or isToldEarly[s] or
    isProofRenewed[s] or isDamageFound[s] or isRawDamageFound[s] or isExpiryStarted[s] or isDisposalFinished[s] or
    isLeftoversSwept[s] or isSupersededReleased[s] or isPermit[s] or isDelete[s] or isBlock[s] or isUnblock[s] or
    isMeasure[s] or isAudit[s] or isTick[s] or isRunOut[s] or isCrash[s] or isPurgerDies[s] or isRot[s] or
    isClockJumps[s] or isNodeStops[s] or isNodeStarts[s] or isNothing[s]
  }
}
pred goesOn { all s: Sequence | step[s] }

pred start {
  Ledger.current = Original and Ledger.audited = Original
  Ledger.clock = ticks/first and World.now = ticks/first and World.measured = ticks/first and World.able = Worker
  all s: Sequence {
    s.state = Absent and session = Upload -> Unopened and no s.raw and no s.receipts
    no s.deadline and no s.expiresAt and s.level = counts/first and no s.marks
    s.epoch = epochs/first and s.lastEpoch = epochs/first and no s.stage and s.attempts = counts/first and no s.output
    no s.side and no s.sideEpoch and no s.sideStage and no s.sideAttempts and no s.sideOutput
    s.top = fences/first and no held
    no s.published and no s.publishedEpoch and no s.provenAt and no s.superseded and no s.supersededUntil
    no s.bytes and no s.durable and no s.damaged and no s.manifests and no s.permits
    no s.witness and no s.everPublished and no s.taken and no s.losers
  }
}
