package dev.ingest.spring.boot.app;

import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.ledger.StageRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Emits texts in capitals. */
@Component
final class ShoutingStage implements Stage {

  @Override
  public StageRef ref() {
    return new StageRef("shout", 1);
  }

  @Override
  public void run(StageContext context) throws IOException {
    for (Iterator<StageItem> items = context.items(); items.hasNext(); ) {
      StageItem item = items.next();
      try (InputStream body = item.open()) {
        String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        context.emit(
            item.name(),
            new ByteArrayInputStream(
                text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)));
      }
    }
  }
}
