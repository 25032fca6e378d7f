package dev.ingest.console;

import dev.ingest.core.ActReport;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.util.List;

/** The pages between the others: a choice, a rehearsal, a problem. */
final class OtherPages {

  private OtherPages() {}

  /** Lists sequences of one id. */
  static String choice(List<Entry> found) {
    return Page.still(
        "Sequences",
        html -> {
          html.text("h1", "Several owners have a sequence of this id");
          html.tag(
              "ul",
              list ->
                  found.stream()
                      .limit(SequenceReader.OWNERS)
                      .forEach(
                          entry ->
                              list.tag(
                                  "li",
                                  in -> {
                                    Sections.sequence(in, entry.key());
                                    in.text(" " + entry.state());
                                  })));
          if (found.size() > SequenceReader.OWNERS) {
            html.text("p", "There are more; give the owner, too.", "class", "quiet");
          }
        });
  }

  /** Shows what an act would do, and a form that does it. */
  static String rehearsal(Act act, ActReport report, String reason, SequencePage.Form form) {
    Entry before = report.before();
    return Page.still(
        act.title(),
        html -> {
          html.tag("h1", in -> in.text(act.title() + " ").given(before.key().toString()));
          html.tag(
              "p",
              in ->
                  in.text("This %s. Recorded as ".formatted(act.effect()))
                      .given(form.actor().name())
                      .text(": ")
                      .given(reason));
          html.tag("dl", list -> facts(list, before, report.after()), "class", "facts");
          for (AlertRow alert : report.alerts()) {
            html.tag(
                "p", in -> in.text("Tells " + alert.group().code() + ": ").given(alert.message()));
          }
          html.tag(
              "form",
              in -> {
                SequencePage.hidden(in, before.key(), form.token());
                SequencePage.hidden(in, "act", act.field());
                SequencePage.hidden(in, "reason", reason);
                in.text(
                    "button", act.title(), "name", "step", "value", "commit", "class", "danger");
                in.text("a", "Leave it", "href", Sections.address(before.key()));
              },
              "action",
              "act",
              "method",
              "post");
        });
  }

  private static void facts(Html list, Entry before, Entry after) {
    list.text("dt", "State").text("dd", before.state() + " → " + after.state());
    list.text("dt", "Deadline").text("dd", after.receipt().deadline().toString());
    list.text("dt", "Held")
        .tag(
            "dd",
            in ->
                after
                    .standing()
                    .hold()
                    .ifPresentOrElse(
                        hold -> in.text("by ").given(hold.actor()), () -> in.text("no")));
  }

  /** Says what went wrong. */
  static String problem(int status, String what) {
    return Page.still(
        "Problem",
        html -> {
          html.text("h1", status == Console.NO_ANSWER ? "UNKNOWN" : "Not done");
          html.tag(
              "p",
              in -> in.given(what),
              "id",
              "problem",
              "role",
              "alert",
              "class",
              status == Console.NO_ANSWER ? "unknown" : "bad");
          html.tag("p", in -> in.text("a", "To the overview", "href", "./"));
        });
  }
}
