package dev.ingest.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program. */
@Command(
    name = "ingest",
    description = {
      "Takes in files, stores them, processes them and never loses track of one.",
      "Exit status: 0 done, 1 something needs a person, 2 wrong usage, 3 could not find out."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /**
   * Runs a command and ends the process with its exit status.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    boolean verbose = Arrays.asList(args).contains("--verbose");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "info" : "off");
    if (!verbose) {
      // The PostgreSQL driver writes to the platform's log, and what fails is told by the command.
      LogManager.getLogManager().reset();
    }
    Terminal terminal =
        new Terminal(stream(FileDescriptor.out), stream(FileDescriptor.err), isTerminal());
    System.exit(status(args, terminal));
  }

  private static int status(String[] args, Terminal terminal) {
    try {
      return run(args, terminal);
    } catch (Error e) {
      // The platform's answer would be status 1, which says that something is known to be wrong.
      terminal.warn("ingest: " + e);
      return ExitCodes.UNKNOWN;
    } finally {
      terminal.out().flush();
    }
  }

  /** Runs a command as a program would that no person looks at. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, new Terminal(out, err, false));
  }

  private static int run(String[] args, Terminal terminal) {
    Surroundings around = new Surroundings(terminal, InstantSource.system(), new SecureRandom());
    Problems problems = new Problems(terminal);
    CommandLine line = withCommands(around);
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
    int status =
        line.setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(problems::executionFailed)
            .setParameterExceptionHandler(problems::usageWrong)
            .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
            .execute(args);
    if (terminal.out().checkError()) {
      terminal.warn("ingest: the output could not be written; what it was to say is not known");
      return ExitCodes.worse(status, ExitCodes.UNKNOWN);
    }
    return status;
  }

  private static CommandLine withCommands(Surroundings around) {
    return new CommandLine(new Main())
        .addSubcommand(new SubmitCommand(around))
        .addSubcommand(new RunCommand(around))
        .addSubcommand(new StatusCommand(around))
        .addSubcommand(new HistoryCommand(around))
        .addSubcommand(new VerifyCommand(around))
        .addSubcommand(new CatCommand(around))
        .addSubcommand(new ExportCommand(around))
        .addSubcommand(new WatchCommand(around))
        .addSubcommand(new ConsoleCommand(around))
        .addSubcommand(new AlertsCommand(around))
        .addSubcommand(new AtRiskCommand(around))
        .addSubcommand(new AuditCommand(around))
        .addSubcommand(new ScrubCommand(around))
        .addSubcommand(new CensusCommand(around))
        .addSubcommand(new RouteCommand(around))
        .addSubcommand(new NodesCommand(around))
        .addSubcommand(new ReportCommand(around))
        .addSubcommand(new NoticesCommand(around))
        .addSubcommand(new RepairCommand(around))
        .addSubcommand(new QuarantineCommand(around))
        .addSubcommand(new ActCommand.Hold(around))
        .addSubcommand(new ActCommand.Release(around))
        .addSubcommand(new ActCommand.Redrive(around))
        .addSubcommand(new ActCommand.Reroute(around))
        .addSubcommand(new ActCommand.Replace(around))
        .addSubcommand(new ActCommand.Shadow(around))
        .addSubcommand(new ActCommand.CancelRun(around))
        .addSubcommand(new ReverifyCommand(around))
        .addSubcommand(new ActCommand.Discard(around))
        .addSubcommand(new ExpireCommand(around))
        .addSubcommand(new ConfirmCommand(around))
        .addSubcommand(new ConfirmationsCommand(around))
        .addSubcommand(new RestoredCommand(around))
        .addSubcommand(new AdoptCommand(around))
        .addSubcommand("backfill", BackfillCommand.create(around))
        .addSubcommand(new DemoCommand(around))
        .addSubcommand(new IncidentReplayCommand(around))
        .addSubcommand(new IncidentServiceCommand(around));
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16),
        false,
        StandardCharsets.UTF_8);
  }

  /** Newer platforms have a console also where none is connected; they can be asked. */
  @SuppressWarnings("SystemConsoleNull") // Java 17 to 21 tell by null, and the others are asked.
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      // No answer; plain lines are right everywhere.
      return false;
    }
  }

  /** Tells the version of the packaged program. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      return new String[] {"ingest " + EngineCommand.codeVersion()};
    }
  }
}
