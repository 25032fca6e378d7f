package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;
import java.util.Iterator;

/** A stage that treats the items one after the other, stopping as soon as its lease is lost. */
record PerItemStage(StageRef ref, ItemWork work) implements Stage {

  @Override
  public void run(StageContext context) throws Exception {
    Iterator<StageItem> items = context.items();
    while (items.hasNext()) {
      context.checkActive();
      work.apply(items.next(), context);
    }
  }
}
