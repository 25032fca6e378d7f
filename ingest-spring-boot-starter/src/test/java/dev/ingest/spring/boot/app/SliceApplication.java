package dev.ingest.spring.boot.app;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application, of which the slice takes its stages alone. */
@SpringBootApplication
class SliceApplication {}
