package dev.ingest.examples.photos;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageObserver;
import java.util.List;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.context.annotation.Bean;

/** The service: an engine with one pipeline, and uploads over HTTP. */
@SpringBootApplication(proxyBeanMethods = false)
public class PhotoService {

  /**
   * Starts the service.
   *
   * @param args properties of the form {@code --name=value}
   */
  public static void main(String[] args) {
    SpringApplication.run(PhotoService.class, args);
  }

  @Bean
  Pipeline photos(ObjectProvider<StageObserver> observers) {
    Pipeline.Builder photos =
        Pipeline.named("photos")
            .stage(Stage.perItem("thumbnail", 1, new Thumbnails()))
            .expect(Expectation.perItem(name -> List.of(Thumbnails.nameFor(name))));
    observers.ifAvailable(photos::observe);
    return photos.build();
  }

  /** Asks for a body only when it is read: one that is recorded already need not be sent. */
  @Bean
  TomcatProtocolHandlerCustomizer<AbstractHttp11Protocol<?>> continueWhenRead() {
    return protocol -> protocol.setContinueResponseTiming("onRead");
  }
}
