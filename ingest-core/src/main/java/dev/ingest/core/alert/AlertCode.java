package dev.ingest.core.alert;

import java.util.Arrays;
import java.util.Optional;

/**
 * The stable names of all alerts that Ingest raises, with what happened and what to do. A name is
 * never given another meaning; new ones may come.
 */
public enum AlertCode {
  /** A sequence is FAILED. */
  SEQUENCE_FAILED(
      Severity.CRITICAL,
      "Sequence failed",
      "attempts spent, a permanent error, an expectation or read-back that failed; raw bytes are"
          + " held",
      "read the failure; redrive, have it uploaded again, or discard"),
  /** A sequence was not verified by its deadline. */
  SEQUENCE_OVERDUE(
      Severity.CRITICAL,
      "Sequence overdue",
      "not verified by its deadline",
      "find what holds it up"),
  /** An overdue sequence was verified after all. */
  SEQUENCE_RECOVERED(
      Severity.INFO,
      "Sequence recovered",
      "verified after its deadline, or after it had failed or its result was damaged",
      "nothing"),
  /** A sequence comes near its expiry unverified. */
  SEQUENCE_AT_RISK(
      Severity.CRITICAL,
      "Sequence at risk",
      "unverified and close to its expiry, or past it",
      "act before its expiry"),
  /** A verification came to no conclusion. */
  VERIFICATION_UNKNOWN(
      Severity.WARNING,
      "Verification inconclusive",
      "a store could not be read or does not show all of a result, or an expectation or probe came to no"
          + " conclusion",
      "see whether the store answers; it is asked again"),
  /** A sequence is being discarded. */
  SEQUENCE_DISCARDING(
      Severity.WARNING,
      "Sequence being discarded",
      "someone, or the strict policy, decided to discard",
      "check that it was meant"),
  /** A result was found damaged after its raw bytes expired. */
  SEQUENCE_LOST(
      Severity.CRITICAL,
      "Sequence lost",
      "the result was found damaged after the raw bytes had expired, or while they were to be deleted",
      "adopt the raw bytes if the alert says that they are whole; else ask the owner to upload again"),
  /** A replacement or shadow run stopped. */
  SIDE_RUN_FAILED(
      Severity.WARNING,
      "Replacement or shadow run failed",
      "a replacement or shadow run spent its attempts, met a permanent error, or made a candidate that"
          + " did not pass; the published result and the state stay",
      "read the failure in the history; start another run once its cause is mended"),
  /** A shadow run made something else than what is published. */
  SHADOW_DIFFERS(
      Severity.INFO,
      "Shadow differs",
      "the candidate of a shadow run differs from the published result, which stays",
      "see in the history whether the differences are those that are wanted"),
  /** Raw bytes that must be there are damaged. */
  RAW_DAMAGED(
      Severity.CRITICAL,
      "Raw bytes damaged",
      "raw bytes are not those that were uploaded: a failed sequence has nothing else, a verified one"
          + " has its result, which could not be made again",
      "have a failed sequence uploaded again while its owner has the bytes; look at the content store"),
  /** The notifier refuses a notice to an owner, and takes others. */
  NOTICE_REFUSED(
      Severity.WARNING,
      "Notice refused",
      "a notice to an owner, or several to one owner, were refused 10 times while others were"
          + " taken; what is older than 24 h is set aside",
      "read why in the message, repair what refuses it, or tell the owner; what is set aside is listed"
          + " by `ingest notices`, to be sent again or left"),
  /** The notifier takes nothing. */
  NOTIFIER_DOWN(
      Severity.WARNING,
      "Notifier down",
      "owners are not told: the notifier took nothing for a minute; the notices wait",
      "repair the notifier or the way to it; if there is to be none any more, end its waiting notices"
          + " with `ingest notices --end`"),
  /** The notifier takes notices again, or there is to be none any more. */
  NOTIFIER_BACK(
      Severity.INFO,
      "Notifier not down any more",
      "owners are told again, late ones too; or somebody ended the writing of notices, as the"
          + " message says",
      "nothing"),
  /** Bytes are stored that may have been accepted, which the ledger does not know. */
  ACCEPTANCE_UNKNOWN(
      Severity.CRITICAL,
      "Acceptance unknown",
      "a manifest is stored that this ledger does not know: it may have been restored from a"
          + " backup",
      "compare with the owner's receipts, then adopt it (`ingest adopt`); nothing is deleted"),
  /** What the ledger did not know was accepted anew. */
  ACCEPTANCE_ADOPTED(
      Severity.INFO,
      "Acceptance adopted",
      "someone had bytes accepted anew that the ledger did not know",
      "nothing"),
  /** Raw bytes are past their expiry and cannot be proven superfluous. */
  EXPIRY_UNPROVEN(
      Severity.WARNING,
      "Expiry unproven",
      "raw bytes are past expiry and grace, and the result could not be proven just now; they are"
          + " held",
      "see whether the content store answers and the result is intact; it is tried again"),
  /** What is stored of a sequence could not be read again. */
  SCRUB_UNREADABLE(
      Severity.WARNING,
      "Scrub could not read",
      "what is stored of a sequence could not be read again, so nothing new is known of it; its proof"
          + " stays that of before",
      "see whether the content store answers; it is tried again after an hour"),
  /** Bytes that had been set aside are referred to. */
  QUARANTINE_RELEASED(
      Severity.WARNING,
      "Quarantine released",
      "bytes that someone had set aside are referred to, or changed since, and are not deleted",
      "audit the sequence that the message names"),
  /** Bytes that had been set aside are gone. */
  QUARANTINE_DELETED(
      Severity.INFO,
      "Quarantine deleted",
      "bytes that someone had set aside, and that nothing referred to, were deleted after their time in"
          + " quarantine",
      "nothing"),
  /** Bytes that had been set aside wait for a person. */
  QUARANTINE_WAITS(
      Severity.WARNING,
      "Quarantine waits",
      "bytes that someone had set aside are neither deleted nor released a day after their time: they may"
          + " be needed where something else is wrong, they cannot be read or deleted, or their"
          + " record cannot be read; told once, and again when more wait",
      "put right first what the message names, such as the right to delete, or take them back with"
          + " `ingest quarantine release`"),
  /** Nothing that was set aside waits for a person. */
  QUARANTINE_DECIDED(
      Severity.INFO,
      "Quarantine decided",
      "nothing that was set aside waits beyond its time any more",
      "nothing"),
  /** The ledger was restored or failed over. */
  INCARNATION_CHANGED(
      Severity.CRITICAL,
      "Ledger incarnation changed",
      "the ledger is not the one that this deployment knew: restored from a backup or failed over;"
          + " deletion is paused",
      "look for the acceptances that it does not know with `ingest adopt`, which adopts them too; then"
          + " record with `ingest confirm ledger` that deletion may go on"),
  /** Bytes that are to be deleted are not. */
  DELETION_STALLED(
      Severity.WARNING,
      "Deletion stalled",
      "what was decided to be deleted more than an hour ago, for an erasure or at its expiry, is still"
          + " stored: the store refuses or fails; told every hour",
      "read the failure in the message; give the right to delete back, or repair the store"),
  /** What was to be deleted is. */
  DELETION_RESUMED(
      Severity.INFO, "Deletion resumed", "what could not be deleted is gone", "nothing"),
  /** A node has another expiry policy than the ledger. */
  EXPIRY_POLICY_DIFFERS(
      Severity.WARNING,
      "a node has another expiry policy",
      "a running node was built with another expiry policy than the ledger keeps by now; it deletes"
          + " nothing, and leaves that to the nodes that have the ledger's; told every hour",
      "restart it with the ledger's policy, or with none of its own"),
  /** A node's expiry policy is the ledger's again. */
  EXPIRY_POLICY_AGREES(
      Severity.INFO,
      "a node's expiry policy agrees",
      "a node whose expiry policy differed has the ledger's by now, or has ended",
      "nothing"),
  /** A pipeline accepted nothing in an hour in which it always does. */
  HOUR_WITHOUT_TRAFFIC(
      Severity.CRITICAL,
      "Hour without traffic",
      "a pipeline accepted nothing in an hour that is over, although it did in that hour of each of"
          + " the last weeks, or days",
      "see whether uploads reach the service and get their receipts; `ingest census` shows the hours"),
  /** A route was changed. */
  ROUTE_CHANGED(
      Severity.INFO,
      "Route changed",
      "someone, or a ramp plan, changed the route that stands in the place of the stage",
      "nothing; `ingest route history` has all changes"),
  /** A pipeline lost its share of a route. */
  ROUTE_ROLLED_BACK(
      Severity.CRITICAL,
      "Route rolled back",
      "a pipeline lost its share of the route that stands in the place of the stage, because it is"
          + " significantly worse than the others, or someone decided so; what is stranded in it goes"
          + " another way",
      "find out what is wrong with the pipeline before it gets a weight again"),
  /** Sequences left a pipeline that was rolled back. */
  ROUTE_REROUTED(
      Severity.INFO,
      "Sequences re-routed",
      "sequences that were stranded in a pipeline that was rolled back begin anew in another one",
      "nothing"),
  /** A ramp plan stays at a step. */
  RAMP_WAITING(
      Severity.WARNING,
      "Ramp plan waits",
      "the ramp plan of the route that stands in the place of the stage has stayed at its step for a"
          + " day longer than the step takes, paused or not; the message says why",
      "see that sequences come through the candidate, then let it go on, set the weights or end the"
          + " plan with `ingest route`"),
  /** A ramp plan that waited was changed. */
  RAMP_MOVING(
      Severity.INFO,
      "Ramp plan moves",
      "a ramp plan that waited went on, or someone decided about it or its route",
      "nothing"),
  /** A node cannot read its route. */
  ROUTE_UNREADABLE(
      Severity.CRITICAL,
      "Route unreadable",
      "the record of the route that stands in the place of the stage cannot be read: a newer release"
          + " wrote it, or it is damaged; nodes go on with the one before, and do not start",
      "run one release on all nodes, or restore the record"),
  /** Nodes can read their route again. */
  ROUTE_READABLE(
      Severity.INFO, "Route readable", "the record of a route can be read again", "nothing"),
  /** More than one route sends to a pipeline, or has rolled it back. */
  ROUTES_SHARE_PIPELINE(
      Severity.WARNING,
      "Routes share a pipeline",
      "the pipeline that stands in the place of the stage has a share of one route, and a share of"
          + " another or was rolled back in it: each route judges it by what all of them send, and"
          + " what one strands in it goes that one's way, whichever sent it",
      "leave it to one route: set the weights of the others without it"),
  /** Only one route sends to a pipeline again. */
  ROUTES_APART(
      Severity.INFO,
      "Routes apart",
      "a pipeline that more than one route had a share of, or had rolled back, is one route's at most",
      "nothing"),
  /** No canary comes through a pipeline in time. */
  CANARY_LATE(
      Severity.CRITICAL,
      "Canary late",
      "a canary was not verified in time in the pipeline that stands in the place of the stage",
      "see what holds the pipeline up: its workers, its stages, or the verification"),
  /** A canary has come through a pipeline again. */
  CANARY_THROUGH(
      Severity.INFO,
      "Canary through",
      "a canary has come through a pipeline in which one was late, or it gets none any more",
      "nothing"),
  /** Counts of the hourly census were wrong and were made right. */
  CENSUS_CORRECTED(
      Severity.WARNING,
      "Census corrected",
      "someone had counts of the hourly census made what the entries add up to",
      "see that all nodes run this release; if they do, report it with the numbers"),
  /** The ledger's incarnation was confirmed. */
  INCARNATION_CONFIRMED(
      Severity.INFO,
      "Ledger incarnation confirmed",
      "someone confirmed the ledger's incarnation; deletion goes on",
      "nothing"),
  /** Work is due that no live node can run. */
  STAGE_BLOCKED(
      Severity.CRITICAL,
      "Stage blocked",
      "sequences wait for a stage, in a contract version, or for a verification that no live node can"
          + " run; nothing of them is lost or failed, and nothing goes on; told every hour",
      "start or deploy a node that can run what the message names; `ingest nodes` shows who lives; if"
          + " none ever will, send the sequences through another pipeline: `ingest reroute`,"
          + " or end a run beside a result: `ingest cancel-run`"),
  /** Work that no live node could run is not blocked any more. */
  STAGE_UNBLOCKED(
      Severity.INFO,
      "Stage no longer blocked",
      "a node that can run it lives, or nothing waits for it",
      "nothing"),
  /** Two running engines have one id. */
  NODE_ID_SHARED(
      Severity.WARNING,
      "Node id shared",
      "two or more running engines have the node id that stands in the place of the stage: each does"
          + " what one node at a time is to do, digests are sent by each, and alerts about watchers"
          + " and clocks may be false; told every hour",
      "give each engine an id of its own; `ingest nodes` shows one of them"),
  /** An id that two running engines had is one engine's again. */
  NODE_ID_UNIQUE(
      Severity.INFO,
      "Node id unique",
      "one running engine at most has a node id that two had",
      "nothing"),
  /** A watcher has stopped beating. */
  WATCHER_SILENT(
      Severity.CRITICAL,
      "Watcher silent",
      "the watcher that stands in the place of the stage has not done its work for two of its"
          + " periods",
      "see whether its processes run, and what their logs say of driver failures"),
  /** A watcher beats again. */
  WATCHER_BACK(Severity.INFO, "Watcher back", "a watcher that was silent works again", "nothing"),
  /** A sink does not acknowledge. */
  SINK_DOWN(
      Severity.CRITICAL,
      "Alert sink down",
      "the sink that stands in the place of the stage acknowledges nothing; digests go to the next"
          + " sink, or wait if there is none",
      "repair the destination, or the way to it; the pump's log has the error"),
  /** A sink acknowledges again. */
  SINK_BACK(
      Severity.INFO,
      "Alert sink back",
      "an alert sink that was down works again, or is used no more",
      "nothing"),
  /** A digest was delivered without its details. */
  DIGEST_REDUCED(
      Severity.WARNING,
      "Digest reduced",
      "every sink refused a digest again and again, and one has taken it with codes and counts"
          + " only",
      "read the whole digest with `ingest alerts --digest N`; see what the destination does not take"),
  /** A node has had no answer from the ledger for a while. */
  LEDGER_UNREACHABLE(
      Severity.CRITICAL,
      "Ledger unreachable",
      "a node has had no answer from the ledger for 15 s; it accepts and finishes nothing"
          + " meanwhile",
      "see whether the database runs and the node reaches it"),
  /** The ledger answers again. */
  LEDGER_BACK(
      Severity.INFO, "Ledger back", "a node that had no answer from the ledger has one", "nothing"),
  /** The ledger answers a node and takes none of its writes. */
  LEDGER_REFUSES_WRITES(
      Severity.CRITICAL,
      "Ledger refuses writes",
      "the ledger answers a node and has taken none of its writes for 15 s; nothing is accepted,"
          + " finished or told in digests meanwhile",
      "see whether the database's disk is full, or it is read-only"),
  /** The ledger takes writes again. */
  LEDGER_TAKES_WRITES(
      Severity.INFO,
      "Ledger takes writes",
      "a node whose writes the ledger refused can write again",
      "nothing"),
  /** The content store does not answer, or takes no bytes. */
  CONTENT_UNREACHABLE(
      Severity.CRITICAL,
      "Content store unreachable",
      "the content store has not answered a node, or has taken none of its bytes, for 30 s; nothing"
          + " is accepted or finished by nodes of which that is so, and nothing is lost",
      "see whether it runs and nodes reach it, whether its disk or quota is full, and whether they"
          + " may write; work goes on by itself, and what has FAILED as it took no bytes is redriven"),
  /** The content store answers all nodes again, and takes bytes. */
  CONTENT_BACK(
      Severity.INFO,
      "Content store back",
      "no node is left that the content store does not answer, or takes no bytes of",
      "redrive what has FAILED meanwhile"),
  /** A node's clock and the ledger's differ. */
  CLOCK_SKEWED(
      Severity.WARNING,
      "Clock skewed",
      "the clock of the node that stands in the place of the stage and the ledger's differ by more"
          + " than 2 s",
      "repair time synchronisation; only the ledger's clock decides"),
  /** A node's clock and the ledger's agree again. */
  CLOCK_SKEW_OVER(
      Severity.INFO,
      "Clock skew over",
      "a node's clock agrees with the ledger's again, or that node has ended",
      "nothing"),
  /** The ledger's clock cannot be relied on. */
  CLOCK_UNCERTAIN(
      Severity.CRITICAL,
      "Clock uncertain",
      "the ledger's time does not agree with the time that has passed; nothing is deleted"
          + " meanwhile, and while it is ahead ramp plans of routes stay at their steps, since nobody"
          + " knows what is late",
      "compare the ledger's clock with one that you trust and repair it if it is wrong; once it is"
          + " right, record that by confirmTime() or `ingest confirm time`"),
  /** The ledger's clock can be relied on again. */
  CLOCK_AGREES(
      Severity.INFO,
      "Clock agrees",
      "the ledger's time agrees with the time that passes",
      "nothing"),
  /** An audit found that the ledger and what is stored do not agree on a sequence. */
  AUDIT_FINDING(
      Severity.CRITICAL,
      "Audit finding",
      "an audit found that the ledger and what is stored do not agree; the kind of finding stands in"
          + " the place of the stage",
      "do what the message says while the raw bytes are there; `ingest audit` tells all findings, and"
          + " `ingest repair` puts right what a command can"),
  /** An audit could not read everything. */
  AUDIT_INCOMPLETE(
      Severity.CRITICAL,
      "Audit incomplete",
      "an audit could not read everything, or is not through in its time, so nothing is known of the"
          + " parts that the message names, or that are still to come",
      "see whether the stores answer, parts that could not be read are read again every ten minutes;"
          + " let an audit that is late look at more in a second"),
  /** An audit has read everything again. */
  AUDIT_COMPLETE(
      Severity.INFO,
      "Audit complete",
      "an audit has read everything, after one that could not",
      "nothing"),
  /** What unfinished writes left in the content store is not removed. */
  CONTENT_UNSWEPT(
      Severity.WARNING,
      "Content not swept",
      "what unfinished writes left in the content store could not be looked at or removed; it takes"
          + " room, and nothing else",
      "see whether the content store answers, and whether its user may list and abort uploads; it"
          + " is tried again every hour"),
  /** It is removed again. */
  CONTENT_SWEPT(
      Severity.INFO,
      "Content swept",
      "what unfinished writes left in the content store is removed again",
      "nothing"),
  /** The content store deletes by itself what the ledger still needs, or may do so. */
  CONTENT_ENDS_EARLY(
      Severity.CRITICAL,
      "Content ends early",
      "a rule of the content store itself would delete bytes before the ledger does, or its rules"
          + " cannot be read; no engine starts in this state",
      "change or remove the rule that the message names, before it runs; or give the right to read"
          + " the rules"),
  /** The content store deletes nothing by itself that the ledger needs. */
  CONTENT_STAYS(
      Severity.INFO,
      "Content stays",
      "no rule of the content store would delete bytes before the ledger does",
      "nothing"),
  /** A backfill ended, and not each of its sequences is proven by its own run. */
  BACKFILL_INCOMPLETE(
      Severity.CRITICAL,
      "Backfill incomplete",
      "a backfill is through, and sequences of its list are not proven by its own runs; the message"
          + " counts them by cause; their raw bytes stay held; what the router sends another way later"
          + " may yet make it `BACKFILL_COMPLETE`",
      "`ingest backfill report NAME` names them, with the name that stands in the place of the stage; mend"
          + " the cause and order a backfill of them, or cancel it"
          + " to let their bytes go"),
  /** A backfill ended, and each of its sequences is proven by its own run. */
  BACKFILL_COMPLETE(
      Severity.INFO,
      "Backfill complete",
      "each sequence on the list of a backfill is proven by its own run",
      "nothing, unless the message counts sequences without raw bytes: have these uploaded again"),
  /** The record of a backfill cannot be read. */
  BACKFILL_UNREADABLE(
      Severity.CRITICAL,
      "Backfill unreadable",
      "the record of the backfill that stands in the place of the stage cannot be read: a newer"
          + " release wrote it, or it is damaged; nothing of it is driven on, and what others share"
          + " with it stays held",
      "run one release on all nodes, or restore the record"),
  /** The record of a backfill can be read again, or is gone. */
  BACKFILL_READABLE(
      Severity.INFO,
      "Backfill readable",
      "the record of a backfill can be read again, or is gone",
      "nothing"),
  /** A backfill stands still. */
  BACKFILL_STALLED(
      Severity.CRITICAL,
      "Backfill stalled",
      "for 30 min no run of a backfill that runs was started and none has ended, or the list of one"
          + " that was ordered has not moved, so that not all of its raw bytes are held",
      "see what the message names, whether nodes run that have its pipelines, and what holds up those"
          + " that are running; repeat a plan whose ids are not all written"),
  /** A backfill that stood still moves again, or is over. */
  BACKFILL_MOVING(
      Severity.INFO,
      "Backfill moving",
      "a backfill that stood still moves again, was paused or is over",
      "nothing"),
  /** Much of a backfill that is not over has failed. */
  BACKFILL_FAILING(
      Severity.CRITICAL,
      "Backfill failing",
      "of a backfill that is not over at least 20 ids, and a tenth of those that ended, have failed;"
          + " the message counts them by cause",
      "`ingest backfill report NAME` names them, with the name that stands in the place of the stage; pause"
          + " it with `ingest backfill` and mend the cause"),
  /** A backfill of which much had failed is over. */
  BACKFILL_NOT_FAILING(
      Severity.INFO,
      "Backfill no longer failing",
      "a backfill of which much had failed is complete, incomplete or cancelled",
      "nothing; if it is incomplete, see `BACKFILL_INCOMPLETE`"),
  /** A backfill waits for someone to decide. */
  BACKFILL_WAITING(
      Severity.WARNING,
      "Backfill waits",
      "a backfill was ordered or paused a day ago, and nobody has decided since: it starts no run, and"
          + " the raw bytes of its list stay held",
      "start, resume or cancel it with `ingest backfill`"),
  /** Someone has decided about a backfill that waited. */
  BACKFILL_DECIDED(
      Severity.INFO,
      "Backfill decided",
      "a backfill that waited was started, resumed or cancelled",
      "nothing");

  private final Severity severity;
  private final String title;
  private final String whatHappened;
  private final String whatToDo;

  AlertCode(Severity severity, String title, String whatHappened, String whatToDo) {
    this.severity = severity;
    this.title = title;
    this.whatHappened = whatHappened;
    this.whatToDo = whatToDo;
  }

  /** How much haste an alert needs. */
  public enum Severity {
    /** Good to know; nothing to do. */
    INFO,
    /** To be looked at in the course of the day. */
    WARNING,
    /** Someone has to act now, or bytes, results or the watch over them may be lost. */
    CRITICAL
  }

  /**
   * Finds a code by its name, which a newer version of Ingest may have raised.
   *
   * @param name the name
   * @return the code; empty if this version does not know it
   */
  public static Optional<AlertCode> of(String name) {
    return Arrays.stream(values()).filter(code -> code.name().equals(name)).findFirst();
  }

  /**
   * Tells how much haste it needs.
   *
   * @return the severity
   */
  public Severity severity() {
    return severity;
  }

  /**
   * Returns a title.
   *
   * @return a few words
   */
  public String title() {
    return title;
  }

  /**
   * Tells what happened.
   *
   * @return a phrase
   */
  public String whatHappened() {
    return whatHappened;
  }

  /**
   * Tells what to do.
   *
   * @return a phrase
   */
  public String whatToDo() {
    return whatToDo;
  }
}
