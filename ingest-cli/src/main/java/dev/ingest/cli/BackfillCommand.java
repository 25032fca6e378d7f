package dev.ingest.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs sequences again by plan; its commands do. */
@Command(
    name = "backfill",
    description = {
      "Runs selected sequences again, complete only when each is proven by the backfill's own run:",
      "plan, start, pause, resume, cancel, status, watch, report."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class BackfillCommand implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  private BackfillCommand() {}

  static CommandLine create(Surroundings around) {
    CommandLine line =
        new CommandLine(new BackfillCommand())
            .addSubcommand(new BackfillPlanCommand(around))
            .addSubcommand(new BackfillActCommand.Start(around))
            .addSubcommand(new BackfillActCommand.Pause(around))
            .addSubcommand(new BackfillActCommand.Resume(around))
            .addSubcommand(new BackfillActCommand.Cancel(around))
            .addSubcommand(new BackfillStatusCommand(around))
            .addSubcommand(new BackfillWatchCommand(around))
            .addSubcommand(new BackfillReportCommand(around));
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
    return line;
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command of backfill is missing");
  }
}
