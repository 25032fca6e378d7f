package dev.ingest.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk that promises no more than the standards do: bytes survive a power loss once their file
 * was synced, a name once its directory was, and whatever was not synced may survive or not, each
 * change by itself, in any combination. For one thread.
 */
final class SimulatedDisk implements Disk {

  /** What a disk may lie about: it returns from the sync and has done nothing. */
  enum Lie {
    FILE_SYNC,
    DIRECTORY_SYNC
  }

  /** The power is gone; every call throws this until the disk is started again. */
  static final class PowerLoss extends Error {
    private static final long serialVersionUID = 1L;

    PowerLoss() {
      super("power lost", null, false, false);
    }
  }

  /** Decides what survives. */
  interface Fate {
    boolean survives();

    /** How many bytes of an unsynced file survive. */
    int bytes(int length);

    static Fate allLost() {
      return new Extreme(false, 0);
    }

    static Fate onlyNamesSurvive() {
      return new Extreme(true, 0);
    }

    static Fate byChance(RandomGenerator random) {
      return new Chance(random);
    }
  }

  private record Extreme(boolean survives, int part) implements Fate {
    @Override
    public int bytes(int length) {
      return part * length;
    }
  }

  private record Chance(RandomGenerator random) implements Fate {
    @Override
    public boolean survives() {
      return random.nextBoolean();
    }

    @Override
    public int bytes(int length) {
      return random.nextInt(length + 1);
    }
  }

  private sealed interface Node {}

  private static final class FileNode implements Node {
    byte[] live = new byte[0];
    byte @Nullable [] synced;
  }

  private static final class DirectoryNode implements Node {
    final TreeMap<String, Node> live = new TreeMap<>();
    final TreeMap<String, Node> synced = new TreeMap<>();
  }

  private final DirectoryNode top;
  private final Set<Lie> lies = EnumSet.noneOf(Lie.class);
  private int steps;
  private int lossAt = Integer.MAX_VALUE;

  SimulatedDisk() {
    this(new DirectoryNode());
  }

  private SimulatedDisk(DirectoryNode top) {
    this.top = top;
  }

  SimulatedDisk lying(Set<Lie> about) {
    lies.addAll(about);
    return this;
  }

  /** Lets the power fail at a change, counted from 0. */
  SimulatedDisk losingPowerAt(int step) {
    lossAt = step;
    return this;
  }

  /** How many changes were made or tried. */
  int steps() {
    return steps;
  }

  boolean lostPower() {
    return steps > lossAt;
  }

  /** Starts again with what survived. */
  SimulatedDisk restarted(Fate fate) {
    return new SimulatedDisk(survivors(top, fate));
  }

  private static DirectoryNode survivors(DirectoryNode from, Fate fate) {
    DirectoryNode to = new DirectoryNode();
    Set<String> names = new TreeSet<>(from.live.keySet());
    names.addAll(from.synced.keySet());
    for (String name : names) {
      Node live = from.live.get(name);
      Node synced = from.synced.get(name);
      Node kept = live == synced || fate.survives() ? live : synced;
      if (kept != null) {
        Node copy =
            kept instanceof DirectoryNode d ? survivors(d, fate) : survivor((FileNode) kept, fate);
        to.live.put(name, copy);
        to.synced.put(name, copy);
      }
    }
    return to;
  }

  private static FileNode survivor(FileNode from, Fate fate) {
    FileNode to = new FileNode();
    byte[] synced = from.synced == null ? new byte[0] : from.synced;
    boolean clean = Arrays.equals(from.live, synced) && from.synced != null;
    to.live = clean ? from.live : Arrays.copyOf(from.live, fate.bytes(from.live.length));
    to.synced = to.live;
    return to;
  }

  private void change() {
    boolean lost = steps >= lossAt;
    steps++;
    if (lost) {
      throw new PowerLoss();
    }
  }

  private void requirePower() {
    if (lostPower()) {
      throw new PowerLoss();
    }
  }

  private @Nullable Node find(Path path) {
    requirePower();
    Node at = top;
    for (Path part : path) {
      if (!(at instanceof DirectoryNode directory)) {
        return null;
      }
      at = directory.live.get(part.toString());
    }
    return at;
  }

  private DirectoryNode parent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && find(parent) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new NoSuchFileException(path.toString());
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  private void enter(Path path, Node node) throws IOException {
    if (parent(path).live.putIfAbsent(nameOf(path), node) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  private FileNode file(Path path) throws IOException {
    if (find(path) instanceof FileNode file) {
      return file;
    }
    throw new NoSuchFileException(path.toString());
  }

  @Override
  public Output create(Path path) throws IOException {
    change();
    FileNode file = new FileNode();
    enter(path, file);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) {
        int length = bytes.remaining();
        int torn = steps >= lossAt ? length / 2 : length;
        int at = file.live.length;
        file.live = Arrays.copyOf(file.live, at + torn);
        bytes.get(file.live, at, torn);
        change();
      }

      @Override
      public void sync() {
        SimulatedDisk.this.sync(file);
      }

      @Override
      public void close() {}
    };
  }

  private void sync(Node node) {
    change();
    switch (node instanceof FileNode ? Lie.FILE_SYNC : Lie.DIRECTORY_SYNC) {
      case FILE_SYNC -> {
        if (!lies.contains(Lie.FILE_SYNC)) {
          ((FileNode) node).synced = ((FileNode) node).live;
        }
      }
      case DIRECTORY_SYNC -> {
        if (!lies.contains(Lie.DIRECTORY_SYNC)) {
          DirectoryNode directory = (DirectoryNode) node;
          directory.synced.clear();
          directory.synced.putAll(directory.live);
        }
      }
    }
  }

  @Override
  public Input open(Path path, boolean direct) throws IOException {
    FileNode file = file(path);
    return new Input() {
      @Override
      public int read(ByteBuffer into, long position) {
        requirePower();
        int count = (int) Math.min(into.remaining(), file.live.length - position);
        if (count <= 0) {
          return -1;
        }
        into.put(file.live, (int) position, count);
        return count;
      }

      @Override
      public long size() {
        return file.live.length;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Syncable openToSync(Path path) throws IOException {
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return new Syncable() {
      @Override
      public void sync() {
        SimulatedDisk.this.sync(node);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void link(Path name, Path existing) throws IOException {
    change();
    enter(name, file(existing));
  }

  @Override
  public boolean unlink(Path path) throws IOException {
    change();
    return find(path) instanceof FileNode && parent(path).live.remove(nameOf(path)) != null;
  }

  @Override
  public void makeDirectory(Path path) throws IOException {
    change();
    enter(path, new DirectoryNode());
  }

  @Override
  public boolean removeDirectory(Path path) throws IOException {
    change();
    Node node = find(path);
    if (node instanceof DirectoryNode directory && !directory.live.isEmpty()) {
      return false;
    }
    if (node != null) {
      parent(path).live.remove(nameOf(path));
    }
    return true;
  }

  @Override
  public Optional<Attributes> attributes(Path path) {
    Node node = find(path);
    if (node == null) {
      return Optional.empty();
    }
    boolean regular = node instanceof FileNode;
    long size = node instanceof FileNode file ? file.live.length : 0;
    return Optional.of(new Attributes(regular, !regular, size, Instant.EPOCH, node));
  }

  @Override
  public Names names(Path path) throws IOException {
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    if (!(node instanceof DirectoryNode directory)) {
      throw new NotDirectoryException(path.toString());
    }
    Iterator<String> names = List.copyOf(directory.live.descendingKeySet()).iterator();
    return new Names() {
      @Override
      public @Nullable String next() {
        return names.hasNext() ? names.next() : null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Device device(Path path) {
    return new Device("simulated", 16, true);
  }

  @Override
  public OptionalLong deviceBytesRead() {
    return OptionalLong.empty();
  }
}
