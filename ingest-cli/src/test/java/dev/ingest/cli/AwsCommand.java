package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The AWS command line, a client of S3 that shares no code with the adapter.
 *
 * @param program where it is
 * @param endpoint the server that it asks
 * @param directory for what it prints and brings
 */
record AwsCommand(Path program, URI endpoint, Path directory) {

  private static final long SECONDS = 60;

  /** Finds the program on the PATH. */
  static Optional<Path> find() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(part -> !part.isEmpty())
        .map(part -> Path.of(part, "aws"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Lists the keys below a prefix. */
  List<String> keys(String bucket, String prefix) throws IOException, InterruptedException {
    String printed =
        call(
            "list-objects-v2",
            "--bucket",
            bucket,
            "--prefix",
            prefix,
            "--query",
            "Contents[].[Key]",
            "--output",
            "text");
    return printed.lines().toList();
  }

  byte[] object(String bucket, String key) throws IOException, InterruptedException {
    Path into = directory.resolve("object");
    call("get-object", "--bucket", bucket, "--key", key, into.toString());
    return Files.readAllBytes(into);
  }

  private String call(String... args) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(program.toString(), "s3api", "--endpoint-url", endpoint.toString()));
    command.addAll(List.of(args));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY", "any",
                "AWS_DEFAULT_REGION", "us-east-1",
                "AWS_EC2_METADATA_DISABLED", "true",
                "AWS_CONFIG_FILE", directory.resolve("no-config").toString(),
                "AWS_SHARED_CREDENTIALS_FILE", directory.resolve("no-credentials").toString(),
                "AWS_PAGER", ""));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), () -> command + " did not end");
      String errors = Files.readString(err);
      assertEquals(0, process.exitValue(), () -> command + ": " + errors);
      return Files.readString(out);
    } finally {
      process.destroyForcibly();
    }
  }
}
