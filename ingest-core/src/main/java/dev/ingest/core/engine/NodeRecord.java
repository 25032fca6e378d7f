package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Pipeline;
import dev.ingest.spi.Digest;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the ledger keeps of one running node, in a control record of the kind {@value #KIND} named
 * by a hash of the node's id: who it is, what it can run, and when it beat last by the ledger's
 * clock. A pipeline is one line, or several if its stages need more than one can hold: {@code
 * photos sha256:… verify scale@1,scale@2,crop@1}, with {@code -} where it does not verify or has no
 * stage.
 *
 * @param node its id
 * @param version its code version
 * @param started when its process began to work
 * @param beat when it beat last
 * @param beats how often it has beaten
 * @param draining whether it claims nothing any more
 * @param work what it can run
 */
record NodeRecord(
    NodeId node,
    String version,
    Instant started,
    Instant beat,
    long beats,
    boolean draining,
    List<KnownNode.Part> work) {

  /** The kind of the control records. */
  static final String KIND = "node";

  private static final int HASH = 32;
  private static final int MAX_LINE = 900;
  private static final int MAX_WORK_CHARACTERS = 60_000;
  private static final String NONE = "-";
  private static final String VERIFY = "verify";

  NodeRecord {
    work = List.copyOf(work);
  }

  static ControlRecord.Key key(NodeId node) {
    return new ControlRecord.Key(KIND, Digest.ofUtf8(node.value()).hex().substring(0, HASH));
  }

  /**
   * Tells what a node can run.
   *
   * @throws ConfigurationException if it is more than a claim can ask for, or a record can hold
   */
  static List<KnownNode.Part> workOf(Node node) {
    Optional<String> mismatch = mismatch(node.pipelines());
    if (mismatch.isPresent()) {
      throw new ConfigurationException(
          "node %s cannot register: %s".formatted(node.identity().id(), mismatch.get()));
    }
    return parts(node.pipelines());
  }

  private static List<KnownNode.Part> parts(List<Pipeline> pipelines) {
    return pipelines.stream().map(NodeRecord::part).toList();
  }

  /** Tells why a node with these pipelines could not register, if it could not. */
  static Optional<String> mismatch(List<Pipeline> pipelines) {
    List<KnownNode.Part> parts = parts(pipelines);
    int kinds = parts.stream().mapToInt(part -> part.stages().size()).sum();
    int characters = lines(parts).stream().mapToInt(String::length).sum();
    if (kinds <= ClaimRequest.MAX_WORK && characters <= MAX_WORK_CHARACTERS) {
      return Optional.empty();
    }
    return Optional.of(
        "%d stages with names of %d characters, at most %d and %d can be registered:"
                .formatted(kinds, characters, ClaimRequest.MAX_WORK, MAX_WORK_CHARACTERS)
            + " split the pipelines over several services");
  }

  private static KnownNode.Part part(Pipeline pipeline) {
    List<StageRef> stages =
        pipeline.stageWork().stream()
            .map(WorkRef::stage)
            .flatMap(Optional::stream)
            .sorted(Comparator.comparing(StageRef::name).thenComparing(StageRef::contractVersion))
            .toList();
    return new KnownNode.Part(pipeline.ref(), stages, pipeline.verifies());
  }

  RecordBody format(RecordBody empty) {
    List<String> lines = lines(work);
    RecordBody body =
        empty
            .with("node", node.value())
            .with("version", version)
            .with("started", started)
            .with("beat", beat)
            .with("beats", beats)
            .with("draining", draining ? 1 : 0)
            .with("parts", lines.size());
    for (int i = 0; i < lines.size(); i++) {
      body = body.with("part-" + i, lines.get(i));
    }
    return body;
  }

  private static List<String> lines(List<KnownNode.Part> parts) {
    List<String> lines = new ArrayList<>();
    for (KnownNode.Part part : parts) {
      String head =
          part.pipeline().name()
              + " "
              + part.pipeline().plan()
              + " "
              + (part.verifies() ? VERIFY : NONE)
              + " ";
      StringBuilder line = new StringBuilder();
      for (StageRef stage : part.stages()) {
        if (head.length() + line.length() + stage.toString().length() > MAX_LINE) {
          lines.add(head + line);
          line.setLength(0);
        }
        line.append(line.isEmpty() ? "" : ",").append(stage);
      }
      lines.add(head + (line.isEmpty() ? NONE : line));
    }
    return lines;
  }

  /**
   * Reads a record whose lines of pipelines may be known: a beat leaves them as they are.
   *
   * @param known what lines say that were read before
   * @param now where to put what the lines of this record say
   * @throws IllegalStateException if it has another form
   * @throws dev.ingest.spi.InvalidValueException if a value breaks a rule of its own
   */
  static NodeRecord parse(
      ControlRecord record, Map<String, KnownNode.Part> known, Map<String, KnownNode.Part> now) {
    return RecordBody.read(
        record,
        body ->
            read(
                body,
                line -> {
                  KnownNode.Part last = known.get(line);
                  KnownNode.Part part = last == null ? parsed(record.key(), line) : last;
                  now.put(line, part);
                  return part;
                }));
  }

  private static NodeRecord read(RecordBody body, Function<String, KnownNode.Part> reading) {
    Map<PipelineRef, KnownNode.Part> parts = new LinkedHashMap<>();
    for (int i = 0; i < body.count("parts"); i++) {
      KnownNode.Part part = reading.apply(body.text("part-" + i));
      parts.merge(part.pipeline(), part, NodeRecord::joined);
    }
    return new NodeRecord(
        new NodeId(body.text("node")),
        body.text("version"),
        body.time("started"),
        body.time("beat"),
        body.number("beats"),
        body.either("draining", "1", "0"),
        List.copyOf(parts.values()));
  }

  private static KnownNode.Part joined(KnownNode.Part one, KnownNode.Part other) {
    List<StageRef> stages = new ArrayList<>(one.stages());
    stages.addAll(other.stages());
    return new KnownNode.Part(one.pipeline(), stages, one.verifies());
  }

  private static KnownNode.Part parsed(ControlRecord.Key key, String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 4 || !(words[2].equals(VERIFY) || words[2].equals(NONE))) {
      throw malformed(key, line);
    }
    List<StageRef> stages =
        words[3].equals(NONE)
            ? List.of()
            : Arrays.stream(words[3].split(",", -1)).map(text -> stage(key, text)).toList();
    return new KnownNode.Part(
        new PipelineRef(words[0], Digest.parse(words[1])), stages, words[2].equals(VERIFY));
  }

  private static StageRef stage(ControlRecord.Key key, String text) {
    int at = text.indexOf('@');
    try {
      return new StageRef(text.substring(0, at), Integer.parseInt(text.substring(at + 1)));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw malformed(key, text);
    }
  }

  private static IllegalStateException malformed(ControlRecord.Key key, String line) {
    return new IllegalStateException(
        "control record %s/%s needs lines of pipeline, plan, verify or -, and stages, found \"%s\";"
                .formatted(key.kind(), key.name(), line)
            + " delete the record if it is damaged: a node that runs writes it anew");
  }

  KnownNode known(boolean isLive) {
    return new KnownNode(node, version, started, beat, isLive, draining, work);
  }
}
