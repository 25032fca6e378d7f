package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What fits together, and what of a pipeline is here. */
final class PipelineTest {

  private static final StageRef SCALE_1 = new StageRef("scale", 1);
  private static final StageRef SCALE_2 = new StageRef("scale", 2);
  private static final StageRef CROP_1 = new StageRef("crop", 1);
  private static final StageRef CROP_2 = new StageRef("crop", 2);

  @Test
  void stagesWhoseContractsDoNotFit_areRefusedByName() {
    Pipeline.Builder builder =
        photos().stage(stage(SCALE_2)).stage(stage(CROP_2).accepting(SCALE_1, CROP_1));
    String refused =
        String.valueOf(assertThrows(IllegalStateException.class, builder::build).getMessage());
    assertTrue(
        refused.contains(
            "stage crop@2 accepts the output of crop@1 or scale@1, and before it stands scale@2"),
        refused);
    assertTrue(refused.contains("pipeline photos"), refused);
  }

  @Test
  void everyMisfit_isNamedAtOnce() {
    Pipeline.Builder builder =
        photos().stage(stage(SCALE_1).accepting(CROP_1)).stage(stage(CROP_1).accepting(SCALE_2));
    String refused =
        String.valueOf(assertThrows(IllegalStateException.class, builder::build).getMessage());
    assertTrue(refused.contains("before it stands none: it is the first"), refused);
    assertTrue(refused.contains("before it stands scale@1"), refused);
  }

  @Test
  void stagesThatFit_areBuilt() {
    photos().stage(stage(SCALE_2)).stage(stage(CROP_2).accepting(SCALE_1, SCALE_2)).build();
    photos().stage(stage(SCALE_2)).stage(stage(CROP_2)).build();
    photos().remote(SCALE_1).stage(stage(CROP_1).accepting(SCALE_1)).build();
  }

  @Test
  void aRemoteStageThatSaysWhatItAccepts_isHeldToIt() {
    Pipeline.Builder builder =
        photos().stage(stage(SCALE_1)).stage(Stage.elsewhere(CROP_1).accepting(SCALE_2));
    assertThrows(IllegalStateException.class, builder::build);
  }

  @Test
  void servicesWithDifferentCode_haveOnePlan() {
    Pipeline one = photos().stage(stage(SCALE_1)).remote(CROP_1).build();
    Pipeline other =
        Pipeline.named("photos").remote(SCALE_1).stage(stage(CROP_1)).verifiedElsewhere().build();
    assertEquals(one.ref(), other.ref());
    assertEquals(Set.of(work(SCALE_1)), one.stageWork());
    assertEquals(Set.of(work(CROP_1)), other.stageWork());
    assertTrue(one.stage(CROP_1).isEmpty());
    assertEquals(Optional.of(CROP_1), one.after(SCALE_1));
    assertTrue(one.verifies());
    assertFalse(other.verifies());
  }

  @Test
  void supersededResults_stayUpToTenYears() {
    Duration longest = Duration.ofDays(3_650);
    Pipeline.Builder builder = photos().stage(stage(SCALE_1));
    assertEquals(longest, builder.keepSuperseded(longest).build().keepSuperseded());
    assertEquals(Duration.ZERO, builder.keepSuperseded(Duration.ZERO).build().keepSuperseded());
    for (Duration bad : List.of(longest.plusNanos(1), Duration.ofNanos(-1))) {
      assertThrows(InvalidValueException.class, () -> builder.keepSuperseded(bad));
    }
  }

  @Test
  void runs_comeHereIfAStageThatIsHereFollowsOneThatIsNot() {
    StageRef last = new StageRef("last", 1);
    Pipeline pipeline =
        Pipeline.named("photos")
            .remote(SCALE_1)
            .stage(stage(CROP_1))
            .remote(last)
            .verifiedElsewhere()
            .build();
    assertTrue(pipeline.mayComeHere(Optional.of(SCALE_1)));
    assertTrue(pipeline.mayComeHere(Optional.of(CROP_1)));
    assertFalse(pipeline.mayComeHere(Optional.of(last)), "nothing follows");
    assertFalse(pipeline.mayComeHere(Optional.empty()));
    assertFalse(pipeline.mayComeHere(Optional.of(SCALE_2)), "of another contract");
    Pipeline verifying = photos().stage(stage(CROP_1)).remote(last).build();
    assertTrue(verifying.mayComeHere(Optional.of(last)));
    assertTrue(verifying.mayComeHere(Optional.empty()));
    assertFalse(verifying.mayComeHere(Optional.of(CROP_2)), "of another contract");
  }

  @Test
  void otherStagesContractsOrOrders_areOtherPlans() {
    Set<Digest> plans = new HashSet<>();
    for (List<StageRef> stages :
        List.of(
            List.of(SCALE_1, CROP_1),
            List.of(CROP_1, SCALE_1),
            List.of(SCALE_2, CROP_1),
            List.of(SCALE_1))) {
      Pipeline.Builder builder = photos();
      stages.forEach(ref -> builder.stage(stage(ref)));
      assertTrue(plans.add(builder.build().ref().plan()), stages::toString);
    }
  }

  @Test
  void aStageThatAlsoRunsOlderContracts_isFoundForThem() {
    Stage scale = stage(new StageRef("scale", 3)).alsoRunning(1, 2).accepting(CROP_1);
    Pipeline pipeline = photos().remote(CROP_1).stage(scale).build();
    assertEquals(
        Set.of(work(SCALE_1), work(SCALE_2), work(new StageRef("scale", 3))), pipeline.stageWork());
    assertEquals(3, pipeline.stage(SCALE_1).orElseThrow().ref().contractVersion());
    assertThrows(IllegalArgumentException.class, () -> stage(SCALE_2).alsoRunning(2));
    assertThrows(IllegalArgumentException.class, () -> stage(SCALE_2).alsoRunning(0));
    assertThrows(IllegalArgumentException.class, () -> stage(SCALE_2).accepting());
  }

  @Test
  void work_mayComeHereAfterOtherServicesDidTheirs() {
    Pipeline here = photos().remote(SCALE_1).stage(stage(CROP_1)).build();
    assertTrue(here.mayComeHere(Optional.of(SCALE_1)));
    assertTrue(here.mayComeHere(Optional.of(CROP_1)));
    assertTrue(here.mayComeHere(Optional.empty()));
    assertFalse(here.mayComeHere(Optional.of(SCALE_2)), "nobody here knows who runs it");
    Pipeline first =
        Pipeline.named("photos").stage(stage(SCALE_1)).remote(CROP_1).verifiedElsewhere().build();
    assertFalse(first.mayComeHere(Optional.of(CROP_1)));
    assertFalse(first.mayComeHere(Optional.empty()));
  }

  @Test
  void anExpectationHereAndVerificationElsewhere_contradictEachOther() {
    assertThrows(
        IllegalStateException.class,
        () -> photos().stage(stage(SCALE_1)).verifiedElsewhere().build());
    assertThrows(
        IllegalStateException.class, () -> Pipeline.named("photos").stage(stage(SCALE_1)).build());
  }

  private static Pipeline.Builder photos() {
    return Pipeline.named("photos").expect(Expectation.onePerItem());
  }

  private static Stage stage(StageRef ref) {
    return Stage.perItem(
        ref.name(),
        ref.contractVersion(),
        (item, context) -> context.emit(item.name(), item.open()));
  }

  private static WorkRef work(StageRef stage) {
    return new WorkRef("photos", Optional.of(stage));
  }
}
