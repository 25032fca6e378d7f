-- What there is: one sequence as the ledger, the content store, the workers and the clocks have it.
-- Numbers that only grow (fences, epochs) and times are small ordered sets.
module sequence

open util/ordering[Tick] as ticks
open util/ordering[Fence] as fences
open util/ordering[Epoch] as epochs
open util/ordering[Count] as counts

sig Tick, Fence, Epoch, Count {}
-- A worker has the lease token that it believes to hold.
sig Worker { var held: lone Token }

abstract sig State {}
one sig Absent, Accepted, Processing, Processed, Verified, Expiring, Expired, Failed, Discarding, Discarded, Lost
  extends State {}
abstract sig Session {}
-- Unknown: the ledger was restored from a backup of before this session.
one sig Unopened, Open, Admitted, Abandoned, Unknown extends Session {}
abstract sig Stage {}
one sig First, Last extends Stage {}
abstract sig Kind {}
one sig Replacement, Shadow extends Kind {}
abstract sig Incarnation {}
one sig Original, Restored extends Incarnation {}
abstract sig Mark {}
one sig Overdue, Hold, Leftovers, RawDamaged, Blocked extends Mark {}
abstract sig LeaseMark extends Mark {}
one sig Leased, RanOut, TakenOver, Pending extends LeaseMark {}
abstract sig Alert {}
one sig SequenceFailed, SequenceLost, SequenceDiscarding, SequenceOverdue, SequenceAtRisk, SideRunFailed,
  VerificationUnknown, RawDamage, StageBlocked extends Alert {}
abstract sig Ground {}
one sig Operator, StrictExpiry, StrictExpiryEvenHeld, Canary, Erasure extends Ground {}
abstract sig How {}
one sig Permanent, Withdraw, Unreadable, Kept extends How {}
abstract sig Unproven {}
one sig HoldThem, DiscardUnheld, DiscardAll extends Unproven {}

-- What bytes are stored under: the session of an upload, or the lease token of an attempt.
abstract sig Key {}
sig Upload extends Key { var session: one Session }
sig Token extends Key { incarnation: one Incarnation, fence: one Fence }

fact { all i: Incarnation, f: Fence | one t: Token | t.incarnation = i and t.fence = f }

abstract sig Guard {}
one sig ProofFresh, ProofRoot, NoHold, GraceOver, ClocksAgree, NoSideRun, ExactKeys, OlderFence, AuditFirst, Quarantine,
  AbandonFirst, SessionOpen, Barrier, FenceCheck, IncarnationCheck, NewEpoch, PublishOnce, AlertInCommit,
  SentinelDeadline, SentinelExpiry, Takeover, Deletes, AttemptsCount extends Guard {}
-- Which guards a check is made without; none but in the negative controls.
sig Removed in Guard {}

one sig Policy { unproven: one Unproven }
sig CanarySequence in Sequence {}

one sig Ledger {
  var current: one Incarnation,
  var clock: one Tick,
  var audited: set Incarnation
}

-- The true time, and how much of it some node has measured at least.
one sig World {
  var now: one Tick,
  var measured: one Tick,
  var able: set Worker
}

-- What happens now: the event, what it is given, and the alert rows of its commit.
one sig Step {
  var event: one Event,
  var by: lone Worker,
  var key: lone Key,
  var given: lone Tick,
  var ground: lone Ground,
  var kind: lone Kind,
  var how: set How,
  var told: set Alert
}

sig Sequence {
  var state: one State,
  var raw: lone Upload,
  var receipts: set Upload,
  var deadline: lone Tick,
  var expiresAt: lone Tick,
  var level: one Count,
  var marks: set Mark,
  -- the primary run
  var epoch: one Epoch,
  var stage: lone Stage,
  var attempts: one Count,
  var output: lone Token,
  -- the run beside the result
  var side: lone Kind,
  var sideEpoch: lone Epoch,
  var sideStage: lone Stage,
  var sideAttempts: lone Count,
  var sideOutput: lone Token,
  var lastEpoch: one Epoch,
  -- the entry's fence
  var top: one Fence,
  -- what readers see
  var published: lone Token,
  var publishedEpoch: lone Epoch,
  var provenAt: lone Tick,
  var superseded: lone Token,
  var supersededUntil: lone Tick,
  -- the content store, and the permits that a purger has in its hands
  var bytes: set Key,
  var durable: set Key,
  var damaged: set Key,
  var manifests: set Upload,
  var permits: set Key,
  -- for the properties alone: when the published result was last truly read whole, the epochs that
  -- were published, uploads whose bytes a crash took, and tokens whose lease ended without their commit
  var witness: lone Tick,
  var everPublished: set Epoch,
  var taken: set Upload,
  var losers: set Token
}

abstract sig Event {}
abstract sig Intake, Work, Act, Sentinel, Expirer, Sweep, Time, Fault, Idle extends Event {}
one sig OPEN, WRITE, BARRIER, MANIFEST, ACCEPT extends Intake {}
one sig CLAIM, FENCED, WRITE_OUTPUT, BARRIER_OUTPUT, STAGE_DONE, STAGE_FAILED, STAGE_PENDING, LEASE_LOST, VERIFIED,
  VERIFICATION_FAILED, REPLACED, COMPARED extends Work {}
one sig DEADLINE_EXTENDED, HOLD_PLACED, HOLD_RELEASED, REDRIVEN, REROUTED, READMITTED, DISCARD_DECIDED, SIDE_RUN_STARTED,
  SIDE_RUN_CANCELLED extends Act {}
one sig DEADLINE_PASSED, EXPIRY_NEAR, TOLD_EARLY extends Sentinel {}
one sig MEASURE, DAMAGE_FOUND, EXPIRY_STARTED, PERMIT, DELETE, DISPOSAL_FINISHED extends Expirer {}
one sig ABANDON, PROOF_RENEWED, RAW_DAMAGE_FOUND, LEFTOVERS_SWEPT, SUPERSEDED_RELEASED, BLOCK, UNBLOCK, AUDIT extends Sweep {}
one sig TICK, RUN_OUT extends Time {}
one sig HAND_BACK, VERIFICATION_UNKNOWN, CRASH, PURGER_DIES, ROT, CLOCK_JUMPS, NODE_STOPS, NODE_STARTS, RESTORE
  extends Fault {}
one sig NOTHING extends Idle {}

fun inFlight: set State { Accepted + Processing + Processed }
fun unproven: set State { inFlight + Failed }
-- States in which the raw bytes must be there.
fun keeping: set State { unproven + Verified }
fun maxAttempts: one Count { counts/last.prev }
fun up[c: Count]: one Count { some c.next => c.next else c }
fun down[c: Count]: one Count { some c.prev => c.prev else c }
fun leadOne[t: Tick]: one Tick { some t.prev => t.prev else t }
fun tokenOf[s: Sequence]: one Token { { t: Token | t.incarnation = Ledger.current and t.fence = s.top } }
fun referenced[s: Sequence]: set Token { s.output + s.published + s.sideOutput + s.superseded }
-- The level of risk that is due to be told.
fun dueLevel[s: Sequence]: one Count {
  lte[s.expiresAt, Ledger.clock] => counts/first.next.next
  else lte[leadOne[s.expiresAt], Ledger.clock] => counts/first.next
  else counts/first
}

pred on[g: Guard] { g not in Removed }
pred whole[s: Sequence, k: Key] { k in s.bytes and k not in s.damaged }
pred fresh[t: Tick] { lte[t, Ledger.clock] and lte[leadOne[Ledger.clock], t] }
pred sideRuns[s: Sequence] { s.state = Verified and some s.side }
pred holds[s: Sequence, w: Worker] { Leased in s.marks and w.held = tokenOf[s] }

-- Frames -------------------------------------------------------------------------------------------

pred keepIntake[s: Sequence] { session' = session and s.raw' = s.raw and s.receipts' = s.receipts }
pred keepTimes[s: Sequence] { s.deadline' = s.deadline and s.expiresAt' = s.expiresAt }
pred keepRun[s: Sequence] {
  s.epoch' = s.epoch and s.stage' = s.stage and s.attempts' = s.attempts and s.output' = s.output
}
pred keepSide[s: Sequence] {
  s.side' = s.side and s.sideEpoch' = s.sideEpoch and s.sideStage' = s.sideStage
  s.sideAttempts' = s.sideAttempts and s.sideOutput' = s.sideOutput
}
pred noSide[s: Sequence] {
  no s.side' and no s.sideEpoch' and no s.sideStage' and no s.sideAttempts' and no s.sideOutput'
}
pred keepEpochs[s: Sequence] { s.lastEpoch' = s.lastEpoch }
pred keepPublication[s: Sequence] {
  s.published' = s.published and s.publishedEpoch' = s.publishedEpoch and s.provenAt' = s.provenAt
  s.witness' = s.witness and s.everPublished' = s.everPublished
}
pred withdrawn[s: Sequence] {
  no s.published' and no s.publishedEpoch' and no s.provenAt' and no s.witness' and s.everPublished' = s.everPublished
}
pred keepSuperseded[s: Sequence] { s.superseded' = s.superseded and s.supersededUntil' = s.supersededUntil }
pred noSuperseded[s: Sequence] { no s.superseded' and no s.supersededUntil' }
pred keepStore[s: Sequence] {
  s.bytes' = s.bytes and s.durable' = s.durable and s.damaged' = s.damaged and s.manifests' = s.manifests
  s.taken' = s.taken
}
pred keepPermits[s: Sequence] { s.permits' = s.permits }
pred keepWorkers[s: Sequence] { s.top' = s.top and held' = held }
pred keepTime { World.now' = World.now and World.measured' = World.measured and Ledger.clock' = Ledger.clock }
pred keepNodes { World.able' = World.able }
pred keepLedger { Ledger.current' = Ledger.current and Ledger.audited' = Ledger.audited }
pred keepWorld { keepTime and keepNodes and keepLedger }

-- All of an entry but its state, marks, level, and what workers believe.
pred keepRest[s: Sequence] { keepTimes[s] and keepRun[s] and keepSide[s] and keepEpochs[s] and keepPublication[s] and keepSuperseded[s] }
pred keepEntry[s: Sequence] { keepRest[s] and s.state' = s.state and s.marks' = s.marks and s.level' = s.level }
-- A commit changes an entry and nothing else.
pred commit[s: Sequence] { keepIntake[s] and keepStore[s] and keepPermits[s] and keepWorld }
pred tell[a: set Alert] { on[AlertInCommit] => Step.told = a else no Step.told }
pred silent { no Step.told }
pred mark[s: Sequence] { commit[s] and keepWorkers[s] and keepRest[s] and s.state' = s.state }
