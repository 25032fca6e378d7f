package dev.ingest.micrometer;

import java.util.List;

/**
 * The rules by which Prometheus raises alerts. Each looks at one deployment at a time, which is a
 * job, so that what is unknown of one is not hidden by what is known of another.
 */
final class AlertRules {

  /**
   * A rule.
   *
   * @param name the alert's name
   * @param expression when it is raised
   * @param after for how long that must last
   * @param severity critical, or warning
   * @param summary what is so
   * @param action what to do
   */
  record Rule(
      String name,
      String expression,
      String after,
      String severity,
      String summary,
      String action) {}

  private static final String CRITICAL = "critical";
  private static final String WARNING = "warning";

  static final List<Rule> RULES =
      List.of(
          new Rule(
              "IngestMetricsAbsent",
              // The second part is of a job that was there within a day, beside others that are.
              ("absent(%1$s)"
                      + " or max by (job) (count_over_time(%1$s[1d])) unless max by (job) (%1$s)")
                  .formatted(IngestMeter.FIGURES_AGE.prometheus()),
              "5m",
              CRITICAL,
              "No engine shows figures of its ledger.",
              "Start one, and see that it is scraped and watches its ledger."),
          new Rule(
              "IngestFiguresUnknown",
              "min by (job) (%s) > 120 or sum by (job, part) (increase(%s[5m])) > 0"
                  .formatted(
                      IngestMeter.FIGURES_AGE.prometheus(),
                      IngestMeter.FIGURES_UNREAD.prometheus()),
              "2m",
              CRITICAL,
              "The ledger cannot be read, so its figures are unknown.",
              "Look at the ledger; the logs of the engines say what it answers."),
          raised(
              "IngestUnaccounted",
              IngestMeter.UNACCOUNTED,
              "0m",
              "The last audit has findings.",
              "List them by `ingest audit`, and see to each by `ingest repair`."),
          new Rule(
              "IngestUnaccountedUnknown",
              // What was shown two to three days ago and no number since. A state that must last
              // for two days would begin anew with each gap in the scrapes.
              ("min by (job) (%1$s) > 172800"
                      + " or max by (job) (%2$s)"
                      + " and max by (job) (count_over_time(%2$s[1d] offset 2d))"
                      + " unless max by (job) (count_over_time((%3$s >= 0)[2d:10m]))")
                  .formatted(
                      IngestMeter.AUDIT_AGE.prometheus(),
                      IngestMeter.FIGURES_AGE.prometheus(),
                      IngestMeter.UNACCOUNTED.prometheus()),
              "1h",
              WARNING,
              "For more than two days no audit has ended, or none has said whether everything is"
                  + " accounted for.",
              "See whether an engine audits, and what it cannot read."),
          raised(
              "IngestOverdue",
              IngestMeter.OVERDUE,
              "1m",
              "Sequences are not verified and past their deadline.",
              "Show them by `ingest status`, and what holds them up."),
          new Rule(
              "IngestOverdueUnknown",
              "max by (job) (%1$s) != max by (job) (%1$s)"
                  .formatted(IngestMeter.OVERDUE.prometheus()),
              "2m",
              CRITICAL,
              "No engine knows whether sequences are past their deadline.",
              "See what the logs of the engines say of reading the ledger, and that they are"
                  + " scraped more often than every two minutes. Where more than 10,000 sequences are"
                  + " in flight, an engine looks at so many at each scrape, and knows once it was"
                  + " through within ten minutes, no deadline has passed since of what it looked"
                  + " at, and two such walks take less than a sequence has to be verified; `ingest"
                  + " status` shows what is overdue."),
          raised(
              "IngestAtRisk",
              IngestMeter.AT_RISK,
              "0m",
              "Sequences come near their expiry and are not verified.",
              "List them by `ingest at-risk`; redrive them, or place a hold."),
          new Rule(
              "IngestLost",
              "max by (job) (%s{state=\"lost\"}) > 0".formatted(IngestMeter.SEQUENCES.prometheus()),
              "0m",
              CRITICAL,
              "Results are damaged whose raw bytes have expired.",
              "Ask the owners to upload them again, which repairs them."),
          new Rule(
              "IngestFailed",
              "max by (job) (%s{state=\"failed\"}) > 0"
                  .formatted(IngestMeter.SEQUENCES.prometheus()),
              "5m",
              WARNING,
              "Sequences are FAILED and wait for a person.",
              "Have those uploaded again whose raw bytes are damaged, which `ingest repair` tells;"
                  + " redrive the others, or discard them."),
          raised(
              "IngestBlocked",
              IngestMeter.BLOCKED,
              "5m",
              "Sequences wait for work that no live node can run.",
              "Start a node that has the stage; `ingest nodes` shows which live."),
          raised(
              "IngestWatchersSilent",
              IngestMeter.WATCHERS_SILENT,
              "2m",
              "A watcher has not beaten for two of its periods.",
              "See which by `ingest watch`, and start an engine that watches."),
          raised(
              "IngestUnwatched",
              IngestMeter.WATCHERS_MISSING,
              "2m",
              "Nobody watches: no engine tells of deadlines, or none sends alerts.",
              "Start an engine that watches; `ingest watch` shows which watcher ended when."),
          new Rule(
              "IngestUnwatchedUnknown",
              "max by (job) (%s) unless max by (job) (%s >= 0)"
                  .formatted(
                      IngestMeter.FIGURES_AGE.prometheus(),
                      IngestMeter.WATCHERS_MISSING.prometheus()),
              "5m",
              CRITICAL,
              "No engine knows whether anybody watches.",
              "See what the logs of the engines say of reading the ledger, and whether their"
                  + " version of the library shows %s."
                      .formatted("`" + IngestMeter.WATCHERS_MISSING.prometheus() + "`")),
          raised(
              "IngestContentOut",
              IngestMeter.CONTENT_OUT_AGE,
              "0m",
              "The content store does not answer a node, or takes none of its bytes.",
              "See whether it runs, whether its disk or quota is full, and who may write;"
                  + " `CONTENT_UNREACHABLE` says what it answered."),
          new Rule(
              "IngestAlertsWaiting",
              "max by (job) (%s) > 300".formatted(IngestMeter.ALERTS_WAITING_AGE.prometheus()),
              "5m",
              CRITICAL,
              "Alerts wait that nobody was told.",
              "Read them by `ingest alerts`; see that an engine watches, and what its sinks"
                  + " answer."),
          new Rule(
              "IngestAlertsUnsent",
              "max by (job) (%s) > 5".formatted(IngestMeter.ALERTS_UNSENT.prometheus()),
              "5m",
              CRITICAL,
              "Digests of alerts reach no sink.",
              "See what the sinks answer in the logs of the engine that sends."),
          new Rule(
              "IngestVerifiedLate",
              // The first late one may make the series, which does not increase by it.
              ("sum by (job, pipeline) (increase(%1$s[1h])) > 0"
                      + " or sum by (job, pipeline) (%1$s unless %1$s offset 1h) > 0")
                  .formatted(IngestMeter.VERIFIED_LATE.prometheus()),
              "0m",
              WARNING,
              "Sequences were published after their deadline.",
              "Add nodes, or give more time."),
          new Rule(
              "IngestCommitsUnanswered",
              "sum by (job) (rate(%s_count{answered=\"false\"}[5m])) > 0"
                  .formatted(IngestMeter.COMMIT.prometheus()),
              "5m",
              CRITICAL,
              "The ledger leaves commits without an answer.",
              "Look at the ledger and the way to it; nothing is lost, but nothing goes on."),
          new Rule(
              "IngestCommitsSlow",
              "histogram_quantile(0.99, sum by (job, le) (rate(%s_bucket[5m]))) > 1"
                  .formatted(IngestMeter.COMMIT.prometheus()),
              "10m",
              WARNING,
              "One in a hundred commits takes longer than a second.",
              "Look at the ledger's disk, its locks and its vacuum."),
          new Rule(
              "IngestLeasesLost",
              "sum by (job, pipeline, stage, code) (increase(%s{outcome=\"lease_lost\"}[15m])) > 10"
                  .formatted(IngestMeter.WORK_ENDED.prometheus()),
              "0m",
              WARNING,
              "Leases run out without word from their nodes.",
              "See whether nodes die or stand still in that stage."),
          new Rule(
              "IngestCommitsStale",
              "sum by (job, pipeline, stage, code) (increase(%s{outcome=\"stale\"}[15m])) > 10"
                  .formatted(IngestMeter.WORK_ENDED.prometheus()),
              "0m",
              WARNING,
              "Finished work comes too late, and is done twice.",
              "See whether nodes stand still for longer than a lease, or reach the ledger late."),
          new Rule(
              "IngestRetries",
              ("sum by (job, pipeline, stage, version) (rate(%1$s{outcome=\"retried\"}[15m]))"
                      + " > 0.2 * sum by (job, pipeline, stage, version)"
                      + " (rate(%1$s{outcome=~\"done|retried|failed\"}[15m]))")
                  .formatted(IngestMeter.WORK_ENDED.prometheus()),
              "15m",
              WARNING,
              "More than a fifth of the attempts at a stage fail and are repeated.",
              "Compare its code versions by `ingest nodes`."),
          new Rule(
              "IngestErrors",
              // The first error makes the series, which does not increase by it.
              ("sum by (job, driver) (increase(%1$s[15m])) > 0"
                      + " or sum by (job, driver) (%1$s unless %1$s offset 15m) > 0")
                  .formatted(IngestMeter.ERRORS.prometheus()),
              "0m",
              WARNING,
              "Something threw where nothing should.",
              "Read the log of that node."),
          new Rule(
              "IngestScrubOld",
              "max by (job) (%s) > 45 * 86400".formatted(IngestMeter.SCRUB_AGE.prometheus()),
              "1h",
              WARNING,
              "A result has not been read back for 45 days.",
              "See whether an engine scrubs; raise its rate, or this bound if its policy is"
                  + " longer."),
          new Rule(
              "IngestDeadTuples",
              "max by (job, table) (%s) > 1000000".formatted(IngestMeter.DEAD_TUPLES.prometheus()),
              "1h",
              WARNING,
              "Vacuum does not keep up with a table of the ledger.",
              "Look for a transaction that stays open in `pg_stat_activity`."));

  private AlertRules() {}

  /** What must be 0. */
  private static Rule raised(
      String name, IngestMeter meter, String after, String summary, String action) {
    String expression = "max by (job) (%s) > 0".formatted(meter.prometheus());
    return new Rule(name, expression, after, CRITICAL, summary, action);
  }

  static String yaml() {
    StringBuilder out = new StringBuilder("groups:\n  - name: ingest\n    rules:\n");
    for (Rule rule : RULES) {
      out.append(
          """
                - alert: %s
                  expr: %s
                  for: %s
                  labels:
                    severity: %s
                  annotations:
                    summary: %s
                    description: %s
          """
              .formatted(
                  rule.name(),
                  quoted(rule.expression()),
                  rule.after(),
                  rule.severity(),
                  quoted(rule.summary()),
                  quoted(rule.action())));
    }
    return out.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
