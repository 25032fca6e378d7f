package dev.ingest.spring.boot.app;

import org.springframework.stereotype.Service;

/** Something that a test of stages has no use for. */
@Service
final class OutsideService {

  OutsideService() {
    throw new IllegalStateException("a slice makes no service");
  }
}
