package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.Confirmation;
import dev.ingest.core.EngineListener;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets deletion go on after a doubt that only a person can end. */
@Command(
    name = "confirm",
    description = {
      "Lets deletion go on after a doubt that only a person can end:",
      "time    the ledger's clock is right, although it jumped or no node ran for long;",
      "ledger  it knows every acceptance, although it was restored or failed over;",
      "content it is the ledger's, although nothing shows it: one of the two was lost for good;",
      "policy  the expiry policy, with what the options change of it, counts for all nodes now."
    })
final class ConfirmCommand extends EngineCommand {

  /** What is confirmed. */
  enum Doubt {
    /** The ledger's clock. */
    TIME,
    /** The ledger's incarnation. */
    LEDGER,
    /** The content store. */
    CONTENT,
    /** The expiry policy. */
    POLICY
  }

  @Parameters(
      index = "0",
      paramLabel = "time|ledger|content|policy",
      description = "What is right.")
  private Doubt doubt = Doubt.TIME;

  @Mixin private Because because = new Because();

  @Option(
      names = "--leave",
      paramLabel = "N",
      description = {
        "For ledger: how many acceptances that it does not know are given up, exactly",
        "(default: ${DEFAULT-VALUE}); adopt takes them back."
      })
  private int leave;

  @Option(names = "--dry-run", description = "Only tell what would be confirmed.")
  private boolean dryRun;

  @Mixin private ExpiryOptions expiry = new ExpiryOptions();

  ConfirmCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void configure(IngestBuilder builder) {
    if (doubt == Doubt.CONTENT) {
      builder.claimContent(because.actor(), because.reason());
    }
  }

  @Override
  int perform() {
    if (expiry.isGiven() && doubt != Doubt.POLICY) {
      throw new UsageException("only confirm policy has options of the expiry policy");
    }
    return switch (doubt) {
      case TIME -> confirmByLedger("it is ", (acts, engine) -> acts.confirmTime().toString());
      case LEDGER ->
          confirm(
              "the ledger is incarnation ",
              (acts, engine) -> acts.confirmIncarnation(leave).value());
      case POLICY -> confirmByLedger("the expiry policy is ", this::changePolicy);
      case CONTENT -> claim();
    };
  }

  /** Building an engine is what binds the two. */
  private int claim() {
    if (dryRun) {
      throw new UsageException("confirm content has no --dry-run: it looks at nothing that may be");
    }
    try (Stores stores = options().place().openUnchecked(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      List<Confirmation> kept = engine.confirmations(1);
      return say(kept.get(kept.size() - 1).confirmed(), "the content is ");
    }
  }

  private String changePolicy(Acts acts, Ingest engine) {
    ExpiryPolicy next = expiry.changed(engine.outlook().policy());
    return acts.changeExpiry(next).toString();
  }

  private int confirm(String what, BiFunction<Acts, Ingest, String> act) {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      return confirm(what, act, engine);
    }
  }

  /** What the content has no say in is confirmed while it is away, too. */
  private int confirmByLedger(String what, BiFunction<Acts, Ingest, String> act) {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      return confirm(what, act, engine);
    }
  }

  private int confirm(String what, BiFunction<Acts, Ingest, String> act, Ingest engine) {
    Acts acts = because.acts(engine);
    return say(act.apply(dryRun ? acts.rehearsal() : acts, engine), what);
  }

  private int say(String confirmed, String what) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeStringField("confirmed", confirmed));
        json.write(out -> out.writeBooleanField("committed", !dryRun));
      }
    } else {
      terminal()
          .say(Terminal.line((dryRun ? "would be confirmed: " : "confirmed: ") + what + confirmed));
    }
    return ExitCodes.DONE;
  }
}
