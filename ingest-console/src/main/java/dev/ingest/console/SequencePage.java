package dev.ingest.console;

import static dev.ingest.console.Sections.cell;

import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.core.text.Times;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One sequence: where it stands, its proof, its history, and what can be decided about it. */
final class SequencePage {

  private final SequenceView view;
  private final Entry entry;
  private final Instant now;

  SequencePage(SequenceView view) {
    this.view = view;
    this.entry = view.entry();
    this.now = view.now();
  }

  /**
   * Makes the page.
   *
   * @param canSignIn whether one who may not act is offered to sign in
   * @param form who may act, with the token of their form
   */
  String document(boolean canSignIn, Optional<Form> form) {
    return Page.still(
        entry.key().toString(),
        html -> {
          html.tag("h1", in -> in.given(entry.key().toString()), "id", "key");
          html.tag("p", in -> OverviewPage.marks(in, entry, now));
          html.tag("dl", this::facts, "class", "facts");
          html.tag("section", this::proof, "id", "proof");
          if (form.isPresent()) {
            html.tag("section", in -> acts(in, form.get()), "id", "acts");
          } else if (canSignIn) {
            html.tag("p", in -> in.text("a", "Sign in to act", "href", "sign-in"));
          }
          html.tag("section", this::history, "id", "history");
        });
  }

  /**
   * Who may act.
   *
   * @param actor who
   * @param token the token of the form
   */
  record Form(Actor actor, String token) {

    @Override
    public String toString() {
      return "Form[actor=" + actor + "]";
    }
  }

  private void facts(Html list) {
    Receipt receipt = entry.receipt();
    fact(list, "Items", "%,d".formatted(receipt.manifest().count()));
    fact(list, "Bytes", "%,d".formatted(receipt.manifest().bytes()));
    fact(list, "Root", receipt.manifest().root().toString());
    fact(list, "Accepted", receipt.acceptedAt().toString());
    fact(list, "Deadline", timed(receipt.deadline()));
    fact(list, "Raw bytes expire", timed(receipt.expiresAt()));
    fact(list, "Run", run(entry.run()));
    entry.beside().run().ifPresent(run -> fact(list, "Beside it", run.kind() + " " + run(run)));
    entry
        .standing()
        .hold()
        .ifPresent(
            hold ->
                fact(
                    list,
                    "Held",
                    in ->
                        in.text(hold.at() + " by ")
                            .given(hold.actor())
                            .text(": ")
                            .given(hold.reason())));
    entry
        .standing()
        .failure()
        .ifPresent(
            failure ->
                fact(
                    list,
                    "Failure",
                    in ->
                        in.text(failure.code() + " ")
                            .given(failure.stage().map(stage -> stage + " ").orElse(""))
                            .given(failure.message())));
  }

  private String timed(Instant time) {
    return time + ", " + Times.left(now, time);
  }

  private static String run(Run run) {
    return "epoch %d of %s, %s, attempts %d"
        .formatted(
            run.epoch(),
            run.pipeline().name(),
            run.stage().map(stage -> "due for " + stage).orElse("no stage is due"),
            run.attempts());
  }

  private static void fact(Html list, String name, String value) {
    fact(list, name, in -> in.given(value));
  }

  private static void fact(Html list, String name, Consumer<Html> value) {
    list.text("dt", name).tag("dd", value);
  }

  private void proof(Html html) {
    html.text("h2", "Proof");
    if (entry.published().isPresent()) {
      Publication published = entry.published().get();
      html.tag(
          "dl",
          list -> {
            fact(list, "Result proven", published.provenAt() + ", " + ago(published.provenAt()));
            fact(list, "Result root", published.result().manifest().root().toString());
            fact(list, "Result items", "%,d".formatted(published.result().manifest().count()));
            fact(list, "Result bytes", "%,d".formatted(published.result().manifest().bytes()));
            fact(list, "Made in epoch", Integer.toString(published.epoch()));
          },
          "class",
          "facts");
    } else {
      html.text("p", "No result is published.", "class", "warn");
    }
    view.broken()
        .tell(
            broken -> {
              if (broken.isPresent()) {
                html.text("p", "The history is broken: " + broken.get(), "class", "bad");
              } else {
                html.text(
                    "p",
                    "The history is whole: %,d rows, head %s"
                        .formatted(entry.chain().length(), entry.chain().head()),
                    "class",
                    "good");
              }
            },
            why -> Sections.unknown(html, why));
  }

  private String ago(Instant then) {
    return Times.ago(now, then);
  }

  private void acts(Html html, Form form) {
    html.text("h2", "Decide");
    html.tag("p", in -> in.text("Recorded as ").given(form.actor().name()));
    List<Act> offered =
        Arrays.stream(Act.values()).filter(act -> act.isOffered(entry, now)).toList();
    if (offered.isEmpty()) {
      html.text("p", "Nothing can be decided about it here.", "class", "quiet");
      return;
    }
    html.tag(
        "form",
        in -> {
          hidden(in, entry.key(), form.token());
          in.tag(
              "label",
              label ->
                  label
                      .text("Reason ")
                      .tag(
                          "input",
                          "name",
                          "reason",
                          "maxlength",
                          "500",
                          "size",
                          "40",
                          "required",
                          ""));
          for (Act act : offered) {
            in.text(
                "button",
                act.title() + " …",
                "name",
                "act",
                "value",
                act.field(),
                "title",
                act.effect());
          }
        },
        "action",
        "act",
        "method",
        "post");
    html.text("p", "What it would do is shown first.", "class", "quiet");
  }

  /** Writes what every form about a sequence carries. */
  static void hidden(Html form, SequenceKey key, String token) {
    hidden(form, "owner", key.owner().value());
    hidden(form, "id", key.id().value());
    hidden(form, "token", token);
  }

  static void hidden(Html form, String name, String value) {
    form.tag("input", "type", "hidden", "name", name, "value", value);
  }

  private void history(Html html) {
    html.text("h2", "History");
    Sections.table(
        html,
        "History",
        List.of("Row", "At", "What", "State", "By", "Detail"),
        view.rows(),
        SequencePage::row);
    html.tag(
        "p",
        in -> {
          view.olderAfter().ifPresent(after -> page(in, "Older rows", after));
          view.newerAfter().ifPresent(after -> page(in, "Newer rows", after));
        });
  }

  private void page(Html html, String title, long after) {
    html.text("a", title, "href", Sections.address(entry.key()) + "&after=" + after).text(" ");
  }

  private static void row(Html tr, HistoryRow row) {
    Sections.number(tr, row.link().ordinal());
    cell(tr, row.step().at().toString());
    cell(tr, row.step().kind().name());
    cell(tr, row.from().map(from -> from + " → ").orElse("") + row.to());
    cell(tr, in -> in.given(row.note().actor()));
    cell(tr, in -> in.given(row.note().detail()));
  }
}
