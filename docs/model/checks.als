-- What must hold, and the commands that FormalModelTest runs.
module checks

open lifecycle
open util/ordering[Tick] as ticks
open util/ordering[Fence] as fences
open util/ordering[Epoch] as epochs
open util/ordering[Count] as counts

-- The invariant ------------------------------------------------------------------------------------
-- It holds at the start and is kept by every step, so it holds in every state that can be reached,
-- however many steps it takes. The checks of safety begin in any state in which it holds.

pred wellFormed[s: Sequence] {
  s.state = Absent iff no s.raw
  no s.raw => no s.deadline + s.expiresAt and no s.marks and no referenced[s] and no s.side + s.stage and no held
  no s.raw => {
    no s.losers
    no session.(Admitted + Unknown) and no (s.bytes + s.permits) & Token and no s.everPublished
    s.epoch + s.lastEpoch = epochs/first and s.attempts + s.level = counts/first and s.top = fences/first
    Ledger.current = Original
  }
  some s.raw => one s.deadline and one s.expiresAt and lte[s.deadline, s.expiresAt] and (s.raw).session = Admitted
  all u: s.receipts | u.session in Admitted + Unknown
  #s.published = #s.publishedEpoch and #s.published = #s.provenAt and s.witness = s.provenAt
  #s.superseded = #s.supersededUntil
  #s.side = #s.sideEpoch and #s.side = #s.sideAttempts
  no s.side => no s.sideStage + s.sideOutput
  some s.side => s.state = Verified and (no s.sideStage => some s.sideOutput)
  s.state in Verified + Expiring + Expired => some s.published
  s.state = Verified => no s.stage and s.output = s.published
  s.state in Accepted + Processing => some s.stage
  s.state = Processed => no s.stage and some s.output
  s.state in Discarding + Discarded => no s.published + s.superseded
  s.state = Expiring => Hold not in s.marks
  s.state in Expiring + Expired => lte[s.expiresAt, World.now]
}
pred leasesFit[s: Sequence] {
  some s.marks & LeaseMark => Leased in s.marks
  s.state = Processing => Leased in s.marks
  Leased in s.marks => s.state in Processing + Processed or sideRuns[s]
  Pending in s.marks => s.state = Processing or (sideRuns[s] and some s.sideStage)
  all disj w, v: Worker | no w.held & v.held
  no Worker.held & referenced[s]
  all t: Worker.held + (s.bytes + s.permits) & Token + referenced[s] | t.incarnation = Ledger.current => lte[t.fence, s.top]
  Ledger.current = Original => no (Worker.held + (s.bytes + s.permits) & Token).incarnation & Restored
  referenced[s].incarnation in Ledger.current
  Leased in s.marks => tokenOf[s] not in referenced[s] + s.permits + s.losers
  no s.losers & referenced[s]
  all t: s.losers | t.incarnation = Ledger.current => lte[t.fence, s.top]
  Ledger.current = Original => s.losers.incarnation in Original else incarnation.Original in s.losers
  s.state in inFlight and Leased not in s.marks => lt[s.attempts, maxAttempts]
  s.state in inFlight and s.attempts = counts/last => TakenOver in s.marks
  some s.side and Leased not in s.marks => lt[s.sideAttempts, maxAttempts]
  s.sideAttempts = counts/last => no s.side or TakenOver in s.marks
}
pred epochsFit[s: Sequence] {
  lte[s.epoch, s.lastEpoch]
  all e: s.sideEpoch | e = s.lastEpoch and e not in s.everPublished
  all e: s.everPublished | lte[e, s.lastEpoch]
  s.publishedEpoch in s.everPublished
  s.state in inFlight => s.epoch = s.lastEpoch and s.epoch not in s.everPublished
}
pred bytesFit[s: Sequence] {
  s.durable + s.damaged in s.bytes
  all u: s.bytes + s.manifests + s.permits + s.taken & Upload | u in Upload => u.session != Unopened
  all u: s.manifests | u.session = Open => u in s.durable
  all u: s.receipts + session.Admitted | u in s.manifests and (u in s.bytes => u in s.durable)
  no s.taken & (s.receipts + session.Admitted + s.bytes)
  all u: s.manifests | u.session = Open => u not in s.taken
  referenced[s] & s.bytes in s.durable
}
pred permitsFit[s: Sequence] {
  all u: s.permits & Upload {
    u.session in Abandoned + Admitted
    u = s.raw => s.state not in keeping
  }
  no s.permits & (s.published + s.superseded + s.sideOutput)
  s.output in s.permits => some s.output => s.state in Discarding + Discarded
}
pred inv {
  lte[World.measured, World.now]
  Original in Ledger.audited and (Ledger.current = Original => Ledger.audited = Original)
  all s: Sequence | wellFormed[s] and leasesFit[s] and epochsFit[s] and bytesFit[s] and permitsFit[s]
}


-- Safety: of any step from any state of the invariant -----------------------------------------------

fun gone[s: Sequence]: set Key { s.bytes - s.bytes' }

pred s1[s: Sequence] {
  Step.event in ACCEPT + READMITTED => s.raw' in s.bytes & s.durable
  all u: s.receipts' | s.state' != Absent and u not in s.taken'
  Step.event = CRASH => no gone[s] & (s.raw + s.published + s.output + s.sideOutput + s.superseded)
}
-- The true time, not the ledger's, and what was truly read count here.
pred s4Expiry[s: Sequence] {
  s.state = Expiring and Step.key = s.raw
  lte[s.expiresAt, World.now] and Hold not in s.marks and no s.side
  (some s.witness and fresh[s.witness]) or whole[s, s.published]
}
pred s4Loser[s: Sequence] {
  Step.key in Token and Step.key not in s.published + s.output + s.sideOutput + s.superseded
  Step.key != tokenOf[s] or Leased not in s.marks
  lte[Step.key.fence, s.top]
}
pred s4[s: Sequence] {
  Step.event = PERMIT => {
    Ledger.current in Ledger.audited
    s4Expiry[s] or s.state = Discarding or s4Loser[s]
      or ((Step.key).session = Abandoned and Step.key not in s.manifests)
      or ((Step.key).session = Admitted and Step.key != s.raw)
  }
  (s.state != Expiring and s.state' = Expiring) => {
    lt[s.expiresAt, Ledger.clock] and lte[s.expiresAt, World.now] and lte[s.expiresAt, World.measured]
    Hold not in s.marks and no s.side
    some s.witness' and fresh[s.witness'] and s.published' = s.published
  }
  s.permits' not in s.permits => Step.event = PERMIT
  some gone[s] and Step.event != CRASH => Step.event = DELETE and gone[s] in s.permits
  Step.event = DELETE and s.raw in gone[s] => s.state not in keeping
  -- What is needed is under no permit that a purger may still have.
  s.state' in keeping => s.raw' not in s.permits'
  no s.permits' & (s.published' + s.superseded' + s.sideOutput')
  (s.state' = Discarding and s.state != Discarding) => Step.event = DISCARD_DECIDED and one Step.ground
  (Step.event = DISCARD_DECIDED and Step.ground in StrictExpiry + StrictExpiryEvenHeld) => lte[s.expiresAt, World.now]
}
pred s5[s: Sequence] {
  some s.published' - s.published => whole[s, s.published'] and s.published' in s.durable and Step.event in VERIFIED + REPLACED
}
pred edge[s: Sequence] {
  s.state -> s.state' in
    Absent -> Accepted + Accepted -> (Processing + Failed + Discarding) + Processing -> (Accepted + Processed + Failed + Discarding)
    + Processed -> (Accepted + Verified + Failed + Discarding) + Verified -> (Expiring + Failed + Discarding)
    + Expiring -> (Expired + Lost + Discarding) + Expired -> (Lost + Discarding) + Failed -> (Accepted + Discarding)
    + Discarding -> Discarded + Discarded -> Accepted + Lost -> (Accepted + Discarding)
    or s.state' = s.state
}
pred s6[s: Sequence] {
  Ledger.current' = Ledger.current => {
    edge[s]
    lte[s.top, s.top'] and lte[s.lastEpoch, s.lastEpoch'] and lte[s.epoch, s.epoch'] and s.receipts in s.receipts'
    some s.published and s.published' != s.published => {
      no s.published' and Step.event in DAMAGE_FOUND + DISCARD_DECIDED
      or Step.event in VERIFIED + REPLACED and gt[s.publishedEpoch', s.publishedEpoch]
    }
  } else Step.event = RESTORE
  lte[World.now, World.now'] and lte[World.measured, World.measured']
}
fun workCommits: set Event {
  STAGE_DONE + STAGE_FAILED + STAGE_PENDING + LEASE_LOST + VERIFIED + VERIFICATION_FAILED + VERIFICATION_UNKNOWN + REPLACED
    + COMPARED + HAND_BACK
}
fun markEvents: set Event {
  DEADLINE_PASSED + EXPIRY_NEAR + TOLD_EARLY + DEADLINE_EXTENDED + HOLD_PLACED + HOLD_RELEASED + PROOF_RENEWED
    + RAW_DAMAGE_FOUND + LEFTOVERS_SWEPT + SUPERSEDED_RELEASED + BLOCK + UNBLOCK
}
pred s7[s: Sequence] {
  Step.event in workCommits => Leased in s.marks and Step.by.held = tokenOf[s]
  Step.event in markEvents => s.marks' & LeaseMark = s.marks & LeaseMark and held' = held and s.top' = s.top
}
pred s8[s: Sequence] {
  Step.event in VERIFIED + REPLACED => {
    s.publishedEpoch' not in s.everPublished
    one s.published' and s.published' = (Step.event = VERIFIED => s.output else s.sideOutput)
  }
  some s.published' => s.published'.incarnation = Ledger.current' and lte[s.published'.fence, s.top']
  -- What a loser wrote is referred to by nothing: not now, and not by whoever holds a lease later.
  no (Worker.held' + s.losers') & (s.published' + s.output' + s.sideOutput' + s.superseded')
  s.state' in inFlight => s.epoch' not in s.everPublished'
  no s.sideEpoch' & s.everPublished'
}
pred s10[s: Sequence] {
  s.state' = Failed and s.state != Failed => SequenceFailed in Step.told
  s.state' = Lost and s.state != Lost => SequenceLost in Step.told
  s.state' = Discarding and s.state != Discarding and Step.ground != Canary => SequenceDiscarding in Step.told
  Overdue in s.marks' - s.marks => SequenceOverdue in Step.told or (Step.event = DAMAGE_FOUND and SequenceFailed in Step.told)
  Step.event = VERIFIED and Overdue not in s.marks and lte[s.deadline, Ledger.clock] => SequenceOverdue in Step.told
  gt[s.level', s.level] => SequenceAtRisk in Step.told
  Blocked in s.marks' - s.marks => StageBlocked in Step.told
  some s.side and no s.side' and s.state' = Verified
    => Step.event in REPLACED + COMPARED + SIDE_RUN_CANCELLED or SideRunFailed in Step.told
  Step.event = RAW_DAMAGE_FOUND => RawDamage in Step.told
  Step.event = VERIFICATION_UNKNOWN and s.state' != Failed and not (sideRuns[s] and no s.side') => VerificationUnknown in Step.told
  Step.event = REDRIVEN and gt[s.deadline', leadOne[s.expiresAt']] => SequenceAtRisk in Step.told
}

-- Liveness: of any trace that begins in any state of the invariant, once no fault strikes and nobody
-- acts any more. What is assumed of workers, watchers and time is that each does something again and
-- again as long as it has something to do.

pred dead[s: Sequence] { Leased in s.marks and no w: World.able | holds[s, w] }
pred workDue[s: Sequence] {
  some w: World.able {
    canClaim[s, w]
    or some w.held and (not holds[s, w] or RanOut in s.marks)
    or holds[s, w] and Pending not in s.marks
  }
}
pred timeDue[s: Sequence] {
  World.now != ticks/last or Ledger.clock != ticks/last
  or Leased in s.marks and RanOut not in s.marks and (dead[s] or Pending in s.marks)
}
pred sentinelDue[s: Sequence] { deadlineDue[s] or expiryDue[s] or earlyDue[s] }
-- What the expirer deletes; what losers and abandoned sessions left is the sweep's.
fun condemned[s: Sequence]: set Key { s.state = Discarding => s.bytes else s.state = Expiring => s.raw & s.bytes else none }
pred permitDue[s: Sequence] {
  Ledger.current in Ledger.audited and some k: condemned[s] - s.permits | expirable[s, k] or discardable[s, k]
}
pred expirerDue[s: Sequence] {
  measureDue or canExpire[s] or permitDue[s] or canFinish[s] or strictDue[s]
  or on[Deletes] and some s.permits & condemned[s]
  or s.state in Verified + Expiring + Expired and not whole[s, s.published]
}
pred strictDiscard { Step.event = DISCARD_DECIDED and Step.ground in StrictExpiry + StrictExpiryEvenHeld }
pred expirerActs[s: Sequence] {
  Step.event in Expirer - PERMIT - DELETE or strictDiscard
  or Step.event in PERMIT + DELETE and Step.key in condemned[s]
}
pred calm[s: Sequence] {
  always {
    Step.event not in Fault + Act + Intake or strictDiscard
    Step.event = RUN_OUT => dead[s] or Pending in s.marks
    -- The fences of the model end; those of the ledger do not.
    some s.top.next
  }
}
pred fair[s: Sequence] {
  always eventually (not workDue[s] or Step.event in Work)
  always eventually (not timeDue[s] or Step.event in Time)
  always eventually (not sentinelDue[s] or Step.event in Sentinel)
  always eventually (not expirerDue[s] or expirerActs[s])
  always eventually (not auditDue or Step.event = AUDIT)
}
pred lives[s: Sequence] { inv and always goesOn and calm[s] and fair[s] }

pred l1[s: Sequence] { some World.able and s.state in inFlight => eventually s.state not in inFlight }
pred l2[s: Sequence] {
  s.state in unproven and lte[s.deadline, Ledger.clock] => eventually (Overdue in s.marks or s.state not in unproven)
}
pred l3[s: Sequence] {
  s.state in unproven and lte[leadOne[s.expiresAt], Ledger.clock]
    => eventually (gte[s.level, dueLevel[s]] or s.state not in unproven)
  always (s.state in unproven => s.raw not in s.permits)
  Policy.unproven = DiscardAll and s.state in unproven and lte[s.expiresAt, World.now] => eventually s.state not in unproven
}
pred l5[s: Sequence] {
  dead[s] and some World.able => eventually (Leased not in s.marks or not dead[s])
}
pred l6[s: Sequence] {
  s.state = Verified and lt[s.expiresAt, Ledger.clock] and Hold not in s.marks and whole[s, s.published] and some World.able
    => eventually s.raw not in s.bytes
}
-- L1 for traces that claim again and again: without a fault each claim uses an attempt up, which only a
-- stage that is done gives back; a claim that uses none up takes over a lease that ran out.
fun stagesLeft[t: lone Stage]: one Count {
  t = First => counts/first.next.next else t = Last => counts/first.next else counts/first
}
pred l1Rank[s: Sequence] {
  Step.event not in Fault + Act + Intake and s.state in inFlight and s.state' in inFlight => {
    lt[stagesLeft[s.stage'], stagesLeft[s.stage]] or (s.stage' = s.stage and gte[s.attempts', s.attempts])
    Step.event = CLAIM => gt[s.attempts', s.attempts] or RanOut in s.marks
  }
}

-- Frames: two sequences that are alike, to which the same happens, are alike afterwards. So each event
-- says the next value of everything. What sequences share changes by its own events alone.
pred alike[a, b: Sequence] {
  a in CanarySequence iff b in CanarySequence
  a.state = b.state and a.raw = b.raw and a.receipts = b.receipts and a.deadline = b.deadline and
  a.expiresAt = b.expiresAt and a.level = b.level and a.marks = b.marks and a.epoch = b.epoch and
  a.stage = b.stage and a.attempts = b.attempts and a.output = b.output and a.side = b.side and
  a.sideEpoch = b.sideEpoch and a.sideStage = b.sideStage and a.sideAttempts = b.sideAttempts and
  a.sideOutput = b.sideOutput and a.lastEpoch = b.lastEpoch and a.top = b.top and
  a.published = b.published and a.publishedEpoch = b.publishedEpoch and a.provenAt = b.provenAt and
  a.superseded = b.superseded and a.supersededUntil = b.supersededUntil and a.bytes = b.bytes and
  a.durable = b.durable and a.damaged = b.damaged and a.manifests = b.manifests and
  a.permits = b.permits and a.witness = b.witness and a.everPublished = b.everPublished and
  a.taken = b.taken and a.losers = b.losers
}
pred sharedFrames {
  Ledger.clock' != Ledger.clock => Step.event in TICK + CLOCK_JUMPS
  World.now' != World.now => Step.event = TICK
  World.measured' != World.measured => Step.event = MEASURE
  World.able' != World.able => Step.event in NODE_STOPS + NODE_STARTS
  Ledger.current' != Ledger.current => Step.event = RESTORE
  Ledger.audited' != Ledger.audited => Step.event = AUDIT
  session' != session => Step.event in OPEN + ACCEPT + ABANDON + READMITTED + RESTORE
  held' != held => Step.event in Work + HAND_BACK + VERIFICATION_UNKNOWN + CRASH
}

-- Commands

check invariantAtTheStart { no Removed and start => inv }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 1 steps
check invariantKept { no Removed and inv and goesOn => after inv }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S1 { no Removed and inv and goesOn => all s: Sequence | s1[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S4 { no Removed and inv and goesOn => all s: Sequence | s4[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S5 { no Removed and inv and goesOn => all s: Sequence | s5[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S6 { no Removed and inv and goesOn => all s: Sequence | s6[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S7 { no Removed and inv and goesOn => all s: Sequence | s7[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S8 { no Removed and inv and goesOn => all s: Sequence | s8[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check S10 { no Removed and inv and goesOn => all s: Sequence | s10[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
check L1 { no Removed and (all s: Sequence | lives[s]) => all s: Sequence | l1[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
check L2 { no Removed and (all s: Sequence | lives[s]) => all s: Sequence | l2[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
check L3 { no Removed and (all s: Sequence | lives[s]) => all s: Sequence | l3[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
check L5 { no Removed and (all s: Sequence | lives[s]) => all s: Sequence | l5[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
check L6 { no Removed and (all s: Sequence | lives[s]) => all s: Sequence | l6[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
check L1rank { no Removed and inv and goesOn => all s: Sequence | l1Rank[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutProofFresh { Removed = ProofFresh and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutProofRoot { Removed = ProofRoot and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S5withoutProofRoot { Removed = ProofRoot and inv and goesOn and (some s: Sequence | not s5[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutNoHold { Removed = NoHold and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutNoSideRun { Removed = NoSideRun and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutGraceOver { Removed = GraceOver and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutClocksAgree { Removed = ClocksAgree and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutExactKeys { Removed = ExactKeys and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutOlderFence { Removed = OlderFence and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutAuditFirst { Removed = AuditFirst and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutQuarantine { Removed = Quarantine and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutAbandonFirst { Removed = AbandonFirst and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S4withoutSessionOpen { Removed = SessionOpen and inv and goesOn and (some s: Sequence | not s4[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S1withoutSessionOpen { Removed = SessionOpen and inv and goesOn and (some s: Sequence | not s1[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S1withoutBarrier { Removed = Barrier and inv and always goesOn and eventually (some s: Sequence | not s1[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 3 steps
run S7withoutFenceCheck { Removed = FenceCheck and inv and goesOn and (some s: Sequence | not s7[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S8withoutFenceCheck { Removed = FenceCheck and inv and goesOn and (some s: Sequence | not s8[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S7withoutIncarnationCheck { Removed = IncarnationCheck and inv and goesOn and (some s: Sequence | not s7[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S8withoutIncarnationCheck { Removed = IncarnationCheck and inv and goesOn and (some s: Sequence | not s8[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S8withoutNewEpoch { Removed = NewEpoch and inv and goesOn and (some s: Sequence | not s8[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S8withoutPublishOnce { Removed = PublishOnce and inv and goesOn and (some s: Sequence | not s8[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run S10withoutAlertInCommit { Removed = AlertInCommit and inv and goesOn and (some s: Sequence | not s10[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
run L1withoutTakeover { Removed = Takeover and some s: Sequence | lives[s] and not l1[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
run L2withoutSentinelDeadline { Removed = SentinelDeadline and some s: Sequence | lives[s] and not l2[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
run L3withoutSentinelExpiry { Removed = SentinelExpiry and some s: Sequence | lives[s] and not l3[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
run L5withoutTakeover { Removed = Takeover and some s: Sequence | lives[s] and not l5[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
run L6withoutDeletes { Removed = Deletes and some s: Sequence | lives[s] and not l6[s] }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 4 steps
run L1withoutAttemptsCount { Removed = AttemptsCount and inv and always goesOn and eventually (some s: Sequence | not l1Rank[s]) }
  for exactly 1 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 6 steps
check everyEventIsTotal { no Removed and inv and (all disj a, b: Sequence | alike[a, b]) and goesOn
  => sharedFrames and after (all disj a, b: Sequence | alike[a, b]) }
  for exactly 2 Sequence, 5 Tick, 4 Fence, exactly 8 Token, 10 Key, 3 Epoch, 4 Count, exactly 2 Upload, exactly 2 Worker, 2 steps
