package dev.ingest.console;

import dev.ingest.spi.SequenceKey;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The shapes that pages are made of. */
final class Sections {

  private Sections() {}

  /** Writes a section that is known, or says in red that it is not. */
  static <T> void section(
      Html html, String id, String title, Part<T> part, BiConsumer<Html, T> content) {
    html.tag(
        "section",
        in -> {
          in.text("h2", title, "id", id + "-title");
          part.tell(known -> content.accept(in, known), why -> unknown(in, why));
        },
        "id",
        id,
        "data-live",
        "",
        "aria-labelledby",
        id + "-title");
  }

  /** Says that something is not known. */
  static void unknown(Html html, String why) {
    html.tag(
        "p",
        in -> in.text("strong", "UNKNOWN").text(" ").given(why),
        "class",
        "unknown",
        "role",
        "alert");
  }

  /** Writes a table that scrolls by itself where it is wider than the page. */
  static <T> void table(
      Html html, String label, List<String> heads, List<T> rows, BiConsumer<Html, T> cells) {
    if (rows.isEmpty()) {
      html.text("p", "None.", "class", "quiet");
      return;
    }
    html.tag(
        "div",
        in ->
            in.tag(
                "table",
                table -> {
                  table.tag("thead", head -> head.tag("tr", row -> heads(row, heads)));
                  table.tag(
                      "tbody",
                      body -> rows.forEach(row -> body.tag("tr", tr -> cells.accept(tr, row))));
                }),
        "class",
        "wide",
        "tabindex",
        "0",
        "role",
        "group",
        "aria-label",
        label);
  }

  private static void heads(Html row, List<String> heads) {
    heads.forEach(head -> row.text("th", head, "scope", "col"));
  }

  static void cell(Html row, String text) {
    row.text("td", text);
  }

  static void cell(Html row, Consumer<Html> content) {
    row.tag("td", content);
  }

  static void number(Html row, long number) {
    row.text("td", "%,d".formatted(number), "class", "number");
  }

  /** Says that a list goes on. */
  static void more(Html html, Snapshot.Listed<?> listed) {
    if (listed.more()) {
      html.text(
          "p", "The first %,d; there are more.".formatted(listed.all().size()), "class", "quiet");
    }
  }

  /** Writes a word that stands out. */
  static void badge(Html html, String text, String level) {
    html.text("span", text, "class", "badge " + level);
  }

  /** Writes the name of a sequence, which leads to it. */
  static void sequence(Html html, SequenceKey key) {
    html.tag("a", in -> in.given(key.toString()), "href", address(key));
  }

  /** Returns the address of a sequence's page. */
  static String address(SequenceKey key) {
    return "sequence?owner=%s&id=%s"
        .formatted(Fields.encoded(key.owner().value()), Fields.encoded(key.id().value()));
  }
}
