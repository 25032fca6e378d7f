package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;
import java.util.Set;
import java.util.stream.Collectors;

/** A stage with other declarations about its contract than its code makes. */
record DeclaredStage(Stage code, Set<StageRef> accepts, Set<Integer> alsoRuns) implements Stage {

  DeclaredStage {
    accepts = Set.copyOf(accepts);
    alsoRuns = Set.copyOf(alsoRuns);
    for (int version : alsoRuns) {
      if (version < 1 || version >= code.ref().contractVersion()) {
        throw new IllegalArgumentException(
            "stage %s cannot also run version %d: expected 1 to %d"
                .formatted(code.ref(), version, code.ref().contractVersion() - 1));
      }
    }
    code = code instanceof DeclaredStage declared ? declared.code() : code;
  }

  @Override
  public StageRef ref() {
    return code.ref();
  }

  @Override
  public void run(StageContext context) throws Exception {
    code.run(context);
  }

  /** Tells whether a stage's code is here. */
  static boolean isHere(Stage stage) {
    Stage code = stage instanceof DeclaredStage declared ? declared.code() : stage;
    return !(code instanceof RemoteStage);
  }

  /** Names what a stage that is here can run: itself and the older versions. */
  static Set<StageRef> runnable(Stage stage) {
    Set<StageRef> older =
        stage.alsoRuns().stream()
            .map(version -> new StageRef(stage.ref().name(), version))
            .collect(Collectors.toSet());
    older.add(stage.ref());
    return older;
  }
}
