package dev.ingest.simulator;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A client that uploads one sequence through whichever node answers, makes mistakes, loses
 * patience, and tries again until it holds a receipt or knows why not.
 */
final class Uploader {

  private static final int MAX_ATTEMPTS = 200;

  /** So often a client is refused for its owner's quota until it asks whether waiting helps. */
  private static final int PATIENCE = 60;

  private static final int ONE_IN = 40;

  private final World world;
  private final SequenceKey key;
  private final List<Content> items;
  private final Digest root;
  private final boolean contested;
  private final Line line;
  private @Nullable SimNode node;
  private @Nullable Upload upload;
  private int next;
  private int attempts;
  private int refusals;
  private boolean leaves;
  private boolean done;

  /**
   * Creates a client.
   *
   * @param world the world
   * @param key the sequence
   * @param items what to upload
   * @param contested whether someone may upload other bytes under the same id
   */
  Uploader(World world, SequenceKey key, List<Content> items, boolean contested) {
    this.world = world;
    this.key = key;
    this.items = items;
    this.root = world.oracle().prepare(items);
    this.contested = contested;
    this.line = new Line("client of " + key, null);
  }

  void begin(Duration delay) {
    world.in(delay, line, this::step);
  }

  boolean isDone() {
    return done;
  }

  SequenceKey key() {
    return key;
  }

  private void step() {
    if (world.below(6) == 0 && world.strikes(FaultKind.CLIENT_GONE)) {
      say("goes away");
      done = true;
      return;
    }
    try {
      proceed();
    } catch (SimulatedCrash e) {
      if (node != null) {
        node.die(String.valueOf(e.getMessage()));
      }
      again("lost its node");
    } catch (QuotaExceededException e) {
      overQuota(e);
    } catch (OutcomeUnknownException
        | UploadClosedException
        | ContentException
        | LedgerException e) {
      again(e.getClass().getSimpleName());
    } catch (ItemRefusedException | SequenceConflictException e) {
      refused(e);
    } catch (IOException e) {
      throw new IllegalStateException("a body in memory failed outside of its test", e);
    }
  }

  private void proceed() throws IOException {
    if (leaves) {
      leave();
    } else if (upload == null) {
      open();
    } else if (next < items.size()) {
      add(upload, items.get(next));
      next++;
    } else {
      submit(upload);
    }
    if (!done) {
      boolean stalls = world.below(4) == 0 && world.strikes(FaultKind.CLIENT_STALLED);
      Duration pause =
          stalls
              ? world.scenario().idleTime().plus(world.upTo(Duration.ofMinutes(5)))
              : world.upTo(Duration.ofMillis(200));
      world.in(pause, line, this::step);
    }
  }

  private void open() {
    List<SimNode> alive = world.nodes().stream().filter(SimNode::isAlive).toList();
    if (!alive.isEmpty()) {
      node = alive.get(world.below(alive.size()));
      upload = node.engine().upload(key);
      next = 0;
      say("uploads through " + node.name());
    }
  }

  private void add(Upload to, Content item) throws IOException {
    boolean recorded = to.recorded(item.name()).isPresent();
    if (!recorded) {
      mistake(to, item);
    }
    Optional<Digest> digest =
        world.below(2) == 0 ? Optional.of(Digest.of(item.bytes())) : Optional.empty();
    OptionalLong length =
        world.below(2) == 0 ? OptionalLong.of(item.bytes().length) : OptionalLong.empty();
    to.add(item.name(), length, digest, new ByteArrayInputStream(item.bytes()));
    if (world.scenario().restoresAmid() && world.below(3) == 0) {
      // So that a backup shows open what was accepted, given up or deleted after it.
      to.record();
    }
  }

  /** Sends the item wrongly at first; the refusal must leave the upload as it was. */
  private void mistake(Upload to, Content item) throws IOException {
    if (world.strikes(FaultKind.WRONG_DIGEST)) {
      Digest wrong = Digest.of(Arrays.copyOf(item.bytes(), item.bytes().length + 1));
      mustRefuse(to, item, OptionalLong.empty(), Optional.of(wrong), whole(item), "a wrong digest");
    }
    if (world.strikes(FaultKind.SHORT_BODY)) {
      mustRefuse(
          to,
          item,
          OptionalLong.of(item.bytes().length + 1L),
          Optional.empty(),
          whole(item),
          "a short body");
    }
    if (world.strikes(FaultKind.BROKEN_SOURCE)) {
      try {
        to.add(item.name(), OptionalLong.empty(), Optional.empty(), new BrokenSource());
        throw world.fail(new AssertionError(key + " took a body whose source failed"));
      } catch (BrokenSource.Failure e) {
        say("its source failed: " + e.getMessage());
      }
    }
  }

  private static InputStream whole(Content item) {
    return new ByteArrayInputStream(item.bytes());
  }

  private void mustRefuse(
      Upload to,
      Content item,
      OptionalLong length,
      Optional<Digest> digest,
      InputStream body,
      String what)
      throws IOException {
    try {
      to.add(item.name(), length, digest, body);
      throw world.fail(
          new InvariantViolation("S1 Receipt", key, "a refusal of " + what, "it was taken"));
    } catch (ItemRefusedException e) {
      say(what + " was refused");
    }
  }

  private void submit(Upload from) {
    world.oracle().submitted(key);
    Receipt receipt = from.submit();
    from.close();
    upload = null;
    done = true;
    say("holds a receipt of " + receipt.acceptedAt());
    if (refusals > 0) {
      world.tally().add("accepted once the quota had room");
    }
    world.oracle().received(receipt);
    if (!contested && !receipt.manifest().root().equals(root)) {
      throw world.fail(
          new InvariantViolation(
              "S1 Receipt", key, "a receipt for " + root, receipt.manifest().toString()));
    }
    if (node != null && node.isAlive()) {
      node.wake();
    }
  }

  /** Waits for room, unless it loses patience, or sees that what its owner holds will stay. */
  private void overQuota(QuotaExceededException e) {
    world.tally().fault(FaultKind.QUOTA);
    refusals++;
    long bytes = items.stream().mapToLong(item -> item.bytes().length).sum();
    boolean isVain = refusals > PATIENCE && !world.quotas().fits(key.owner(), bytes);
    if (isVain || world.below(ONE_IN) == 0) {
      say("gives up: " + e.getMessage());
      world.tally().add("given up for the quota");
      leaves = true;
      world.in(world.upTo(Duration.ofMillis(200)), line, this::step);
    } else {
      again("is over the quota");
    }
  }

  /** Gives its session up, or just goes. */
  private void leave() {
    done = true;
    if (upload != null && world.below(2) == 0) {
      upload.abandon();
    }
    close();
  }

  private void again(String why) {
    close();
    if (leaves) {
      return;
    }
    attempts++;
    if (attempts > MAX_ATTEMPTS) {
      throw world.fail(
          new InvariantViolation(
              "L0 Acceptance", key, "a receipt after " + MAX_ATTEMPTS + " attempts", why));
    }
    say(why + ", tries again");
    world.in(
        Duration.ofMillis(100).plus(world.upTo(Duration.ofSeconds(attempts > 8 ? 30 : 3))),
        line,
        this::step);
  }

  private void refused(RuntimeException because) {
    close();
    if (!contested) {
      throw world.fail(
          new InvariantViolation(
              "S9 Idempotent accept",
              key,
              "no refusal where all upload the same bytes",
              because.toString()));
    }
    say("gives up: " + because.getClass().getSimpleName());
    done = true;
  }

  private void close() {
    if (upload != null) {
      upload.close();
      upload = null;
    }
  }

  private void say(String what) {
    world.trace().say("client", key + " " + what);
  }

  /** A body that breaks off after some bytes. */
  private static final class BrokenSource extends InputStream {

    private static final class Failure extends IOException {
      private static final long serialVersionUID = 1L;

      Failure() {
        super("the sender hung up");
      }
    }

    private int given;

    @Override
    public int read() throws IOException {
      given++;
      if (given > 5) {
        throw new Failure();
      }
      return given;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      buffer[offset] = (byte) read();
      return 1;
    }
  }
}
