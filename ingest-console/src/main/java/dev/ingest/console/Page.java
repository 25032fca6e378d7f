package dev.ingest.console;

import java.util.function.Consumer;

/** What all pages have around what they show. */
final class Page {

  private static final String RELOADED_SECONDS = "30";

  private Page() {}

  /** Makes a page that is told of changes, and without JavaScript is loaded again. */
  static String living(String title, Consumer<Html> main) {
    return page(title, main, true);
  }

  /** Makes a page that stays as it is. */
  static String still(String title, Consumer<Html> main) {
    return page(title, main, false);
  }

  private static String page(String title, Consumer<Html> main, boolean living) {
    Html html = new Html();
    html.tag(
        "html",
        in ->
            in.tag("head", head -> head(head, title, living))
                .tag("body", body -> body(body, main, living)),
        "lang",
        "en");
    return html.document();
  }

  private static void head(Html head, String title, boolean living) {
    head.tag("meta", "charset", "utf-8");
    head.tag("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    head.tag("meta", "name", "color-scheme", "content", "light dark");
    head.text("title", title + " – Ingest");
    head.tag("link", "rel", "stylesheet", "href", "console.css");
    if (living) {
      head.tag("script", "src", "console.js", "defer", "");
      head.tag(
          "noscript", in -> in.tag("meta", "http-equiv", "refresh", "content", RELOADED_SECONDS));
    }
  }

  private static void body(Html body, Consumer<Html> main, boolean living) {
    body.text("a", "To the content", "class", "skip", "href", "#main");
    body.tag(
        "header",
        in -> {
          in.tag("a", link -> link.text("strong", "Ingest"), "href", "./");
          in.tag("form", Page::search, "action", "sequence", "method", "get", "role", "search");
          if (living) {
            in.text("p", "", "id", "live", "role", "status");
          }
        });
    body.tag("main", main, "id", "main", "tabindex", "-1");
  }

  private static void search(Html form) {
    form.tag(
        "label",
        in -> in.text("Owner ").tag("input", "name", "owner", "maxlength", "128", "size", "12"));
    form.tag(
        "label",
        in ->
            in.text("Sequence ")
                .tag("input", "name", "id", "maxlength", "128", "size", "16", "required", ""));
    form.text("button", "Find");
  }
}
