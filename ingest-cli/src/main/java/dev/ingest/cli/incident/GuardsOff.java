package dev.ingest.cli.incident;

import dev.ingest.cli.incident.Uploads.Sent;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The incident on a plain imitation of the platform that lost the data. For one thread. */
public final class GuardsOff {

  private final Around around;
  private final Telling telling;
  private final Imitation platform;
  private final List<Sent> sent = new ArrayList<>();

  /**
   * Prepares it.
   *
   * @param around what it has around it
   */
  public GuardsOff(Around around) {
    this.around = around;
    this.telling = new Telling(around.out(), around.clock());
    this.platform = new Imitation(around.home(), around.clock());
  }

  /**
   * Replays the incident.
   *
   * @return how it ended
   * @throws IOException if a file cannot be read or written, or a process not be started
   * @throws InterruptedException if this thread is interrupted
   */
  public Outcome run() throws IOException, InterruptedException {
    Instant begun = around.clock().instant();
    telling.line("GUARDS OFF: queues, workers' words, counts, a time to live by age");
    telling.line(
        "  an hour is %d s, raw bytes live %d hours"
            .formatted(Terms.SHORT_HOUR.toSeconds(), Terms.SHORT_LIFE.dividedBy(Terms.SHORT_HOUR)));
    try (Services services = new Services(around.home(), around.command())) {
      Waiting waiting = new Waiting(services);
      stall(services, waiting);
      backfill(services, waiting);
      waiting.until("the time to live is over", this::isRawGone);
      telling.did("the time to live is over: raw bytes are deleted by their age alone");
      for (Role role : Role.values()) {
        services.stop(role);
      }
    }
    return end(begun);
  }

  private void stall(Services services, Waiting waiting) throws IOException, InterruptedException {
    for (Role role : Role.values()) {
      services.deploy(role, Release.GOOD);
    }
    takeIn(Uploads.BEFORE, waiting);
    waiting.until("the first hours are done", () -> platform.done() == sent.size());
    telling.did("%d sequences of two hours: all done".formatted(sent.size()));
    services.stop(Role.ENRICH);
    telling.causeIsNow();
    services.deploy(Role.ENRICH, Release.OTHER_CONTRACT);
    telling.did("enrich 1.1 is deployed: it reads another queue than decode writes to");
    takeIn(Uploads.STALLED, waiting);
    int stalled = Uploads.of(Uploads.STALLED).size();
    waiting.until("decode is through", () -> platform.waiting(Role.ENRICH) == stalled);
    telling.did("%d sequences of six hours wait where nobody reads".formatted(stalled));
  }

  private void takeIn(List<Integer> hours, Waiting waiting)
      throws IOException, InterruptedException {
    for (int hour : hours) {
      for (Sent one : Uploads.of(hour)) {
        platform.submit(one);
        sent.add(one);
      }
      waiting.pass(Terms.SHORT_HOUR);
    }
  }

  private void backfill(Services services, Waiting waiting)
      throws IOException, InterruptedException {
    services.stop(Role.ENRICH);
    platform.purge(Role.ENRICH);
    List<Sent> stalled = Uploads.of(Uploads.STALLED);
    int onNew = 0;
    for (int i = 0; i < stalled.size(); i++) {
      boolean isNew = i % 4 == 0;
      onNew += isNew ? 1 : 0;
      platform.enqueue(stalled.get(i).key(), isNew ? Platform.NEW : Platform.OLD);
    }
    services.deploy(Role.ENRICH, Release.SILENT);
    telling.did(
        "on-call deploys the fix, enrich 1.2, and schedules the backfill: %d on the old route, %d on the new"
            .formatted(stalled.size() - onNew, onNew));
    waiting.until("every worker said done", () -> platform.done() == sent.size());
    telling.did(
        "on-call looks: %d of %d done, no queue, no error; it looks right"
            .formatted(stalled.size(), stalled.size()));
  }

  private boolean isRawGone() throws IOException {
    for (Sent one : sent) {
      if (!platform.isRawGone(one.key())) {
        return false;
      }
    }
    return true;
  }

  private Outcome end(Instant begun) throws IOException {
    List<SequenceKey> lost = new ArrayList<>();
    for (Sent one : sent) {
      if (!platform.isPublished(one)) {
        lost.add(one.key());
      }
    }
    List<SequenceKey> leftOut = List.copyOf(Silence.in(around.home()).sequences());
    telling.did("users look at what became of theirs; not whole, and not to be made again:");
    Names.byOwner(lost).forEach(telling::line);
    telling.line(
        "guards off: %d sequences accepted, %d said to be done, %d lost, nobody was told"
            .formatted(sent.size(), platform.done(), lost.size()));
    List<String> mismatches = new ArrayList<>();
    if (lost.isEmpty() || !lost.stream().sorted().toList().equals(leftOut)) {
      mismatches.add("expected to be lost: %s, found lost: %s".formatted(leftOut, lost));
    }
    int stalled = Uploads.of(Uploads.STALLED).size();
    Duration took = Duration.between(begun, around.clock().instant());
    return new Outcome(false, sent.size(), stalled, leftOut, lost, mismatches, took);
  }
}
