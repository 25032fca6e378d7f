package dev.ingest.simulator;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All clients of a run: who uploads what, when, and who comes back. */
final class Clients {

  static final Duration ARRIVALS = Duration.ofMinutes(4);
  private static final int MAX_ITEMS = 4;
  private static final int MAX_BYTES = 48;
  private static final int ONE_IN = 5;

  /** About how many bytes a sequence has. */
  static final int MEAN_BYTES = (1 + MAX_ITEMS) * MAX_BYTES / 4;

  private final World world;
  private final List<Uploader> uploaders = new ArrayList<>();
  private final List<Plan> plans = new ArrayList<>();

  private record Plan(SequenceKey key, List<Content> items, boolean contested) {}

  Clients(World world) {
    this.world = world;
  }

  void begin() {
    int owners = world.scenario().owners();
    for (int i = 0; i < world.scenario().sequences(); i++) {
      SequenceKey key = SequenceKey.of("owner-" + world.below(owners), "s" + i);
      boolean contested = world.strikes(FaultKind.OTHER_BYTES);
      Plan plan = new Plan(key, items(), contested);
      plans.add(plan);
      Duration arrival = world.upTo(ARRIVALS);
      upload(plan, arrival);
      if (world.strikes(FaultKind.TWIN_UPLOAD)) {
        upload(plan, arrival.plus(world.upTo(Duration.ofMillis(150))));
        if (world.below(3) == 0) {
          upload(plan, arrival.plus(world.upTo(Duration.ofMillis(150))));
        }
      }
      if (contested) {
        upload(new Plan(key, items(), true), arrival.plus(world.upTo(Duration.ofSeconds(20))));
      }
      if (world.strikes(FaultKind.RESUBMISSION)) {
        upload(plan, arrival.plus(world.upTo(Duration.ofMinutes(8))));
      }
    }
  }

  private void upload(Plan plan, Duration delay) {
    Uploader uploader = new Uploader(world, plan.key(), plan.items(), plan.contested());
    uploaders.add(uploader);
    uploader.begin(delay);
  }

  private List<Content> items() {
    List<Content> items = new ArrayList<>();
    int count = 1 + world.below(MAX_ITEMS);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[world.below(MAX_BYTES)];
      for (int b = 0; b < bytes.length; b++) {
        bytes[b] = (byte) world.below(256);
      }
      items.add(new Content(new ItemName("item-" + i), bytes));
    }
    return items;
  }

  /**
   * The ledger was restored: some owners send again what they have sent, the same bytes under the
   * same id, and others come with something new.
   */
  void comeBack() {
    for (Plan plan : List.copyOf(plans)) {
      if (world.below(ONE_IN) == 0) {
        upload(plan, world.upTo(ARRIVALS));
      }
    }
    int more = 1 + world.scenario().sequences() / ONE_IN;
    for (int i = 0; i < more; i++) {
      SequenceKey key = SequenceKey.of("owner-" + world.below(world.scenario().owners()), "r" + i);
      Plan plan = new Plan(key, items(), false);
      plans.add(plan);
      upload(plan, world.upTo(ARRIVALS));
    }
  }

  /**
   * Someone sends other bytes under an id of which the restored ledger shows an upload open,
   * although its owner has a receipt; nobody else is at it.
   */
  void sendOther(SequenceKey key) {
    if (uploaders.stream().anyMatch(one -> !one.isDone() && one.key().equals(key))) {
      return;
    }
    plans.replaceAll(plan -> plan.key().equals(key) ? new Plan(key, plan.items(), true) : plan);
    upload(new Plan(key, items(), true), world.upTo(Duration.ofSeconds(20)));
    world.tally().add("other bytes for an upload that went on in a lost life");
  }

  /** An owner hears that a sequence failed or is gone, and uploads it again. */
  void repairSome() {
    if (plans.isEmpty()) {
      return;
    }
    Plan plan = plans.get(world.below(plans.size()));
    boolean wanted =
        world.rawLedger().ledger().find(List.of(plan.key())).get(0).stream()
            .anyMatch(
                entry ->
                    entry.state() == State.FAILED
                        || entry.state() == State.LOST
                        || entry.state() == State.DISCARDED);
    if (wanted
        && uploaders.stream().allMatch(one -> one.isDone() || !one.key().equals(plan.key()))) {
      world.tally().add("repairs");
      upload(plan, Duration.ZERO);
    }
  }

  boolean areDone() {
    return uploaders.stream().allMatch(Uploader::isDone);
  }
}
