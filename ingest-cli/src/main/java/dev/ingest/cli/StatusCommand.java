package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.LastWord;
import dev.ingest.core.Outlook;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists sequences and accounts for all of them. */
@Command(name = "status", description = "Lists sequences, and accounts for every one accepted.")
final class StatusCommand extends EngineCommand {

  @Option(names = "--owner", paramLabel = "NAME", description = "Only this owner's sequences.")
  private @Nullable String owner;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Only sequences with this id, in detail.")
  private @Nullable String id;

  /** What keeps sequences from going on, whichever they are. */
  private record Halted(List<Blockage> blocked, Optional<Instant> contentOut) {

    static Halted in(LedgerStore store) {
      return new Halted(Blockage.in(store), Outlook.contentOutSince(store));
    }

    boolean isAny() {
      return !blocked.isEmpty() || contentOut.isPresent();
    }
  }

  StatusCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    Optional<OwnerId> scope = Optional.ofNullable(owner).map(OwnerId::new);
    Optional<SequenceId> chosen = Optional.ofNullable(id).map(SequenceId::new);
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal())) {
      Ledger ledger = stores.ledger().ledger();
      Instant now = ledger.now();
      Lookup.tellUnknown(terminal(), ledger, scope);
      Attention attention = new Attention(now);
      Halted halted = Halted.in(stores.ledger());
      Accounts accounts =
          options().json()
              ? listAsJson(ledger, scope, chosen, attention, now, halted)
              : list(ledger, scope, chosen, attention);
      attention.print(terminal());
      halted.blocked().forEach(one -> terminal().warn(Terminal.line(NodesText.blocked(one, now))));
      if (scope.isEmpty() && chosen.isEmpty()) {
        warnIfUnwatched(stores.ledger(), now);
      }
      halted.contentOut().ifPresent(since -> terminal().warn(Overview.contentOut(since)));
      if (accounts.unaccountedFor() > 0) {
        terminal()
            .warn(
                accounts.unaccountedFor()
                    + " unaccounted for: census and entries differ; verify the ledger's backup");
      }
      return stores.ended(
          attention.isNeeded() || accounts.unaccountedFor() > 0 || halted.isAny()
              ? ExitCodes.NEEDS_PERSON
              : ExitCodes.DONE);
    }
  }

  /** Says that nobody watches where there is something to watch. */
  private void warnIfUnwatched(LedgerStore store, Instant now) {
    boolean waiting = LastWord.isAlertWaiting(store);
    if (waiting || store.ledger().census(Optional.empty()).inFlight() > 0) {
      Overview.unwatched(Outlook.unwatched(Beat.in(store), now), waiting)
          .ifPresent(terminal()::warn);
    }
  }

  private Accounts list(
      Ledger ledger, Optional<OwnerId> scope, Optional<SequenceId> chosen, Attention attention) {
    Accounts accounts =
        account(
            ledger,
            scope,
            chosen,
            entry -> {
              attention.examine(entry);
              terminal().say(chosen.isPresent() ? EntryText.block(entry) : EntryText.line(entry));
            });
    long open = ledger.census(scope).openSessions();
    if (open > 0 && chosen.isEmpty()) {
      terminal().say("%d uploads open".formatted(open));
    }
    terminal().say(accounts.line());
    return accounts;
  }

  private Accounts listAsJson(
      Ledger ledger,
      Optional<OwnerId> scope,
      Optional<SequenceId> chosen,
      Attention attention,
      Instant now,
      Halted halted) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("sequences"));
      Accounts accounts =
          account(
              ledger,
              scope,
              chosen,
              entry -> {
                attention.examine(entry);
                json.entry(entry, now);
              });
      json.write(JsonGenerator::writeEndArray);
      json.accounts(accounts);
      long open = ledger.census(scope).openSessions();
      json.write(out -> out.writeNumberField("openUploads", open));
      json.write(out -> NodesJson.blocked(out, halted.blocked()));
      halted.contentOut().ifPresent(json::contentOut);
      return accounts;
    }
  }

  private static Accounts account(
      Ledger ledger, Optional<OwnerId> scope, Optional<SequenceId> chosen, Consumer<Entry> each) {
    if (chosen.isEmpty()) {
      return Accounts.of(ledger, scope, each);
    }
    Accounts accounts =
        Accounts.ofChosen(
            ledger,
            new ScanQuery(scope, chosen, Set.of(), Optional.empty(), ScanQuery.MAX_LIMIT),
            each);
    if (accounts.accepted() == 0) {
      throw new UsageException(
          "there is no sequence "
              + Terminal.quoted(chosen.get())
              + "; status lists those there are");
    }
    return accounts;
  }
}
