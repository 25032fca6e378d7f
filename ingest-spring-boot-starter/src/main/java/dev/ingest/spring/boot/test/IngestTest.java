package dev.ingest.spring.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of an application's stages and pipelines: an engine over stores in memory, and nothing
 * else of the application.
 *
 * <p>Of the components that a scan would find, only those of the engine's own types are taken:
 * stages, expectations, probes, listeners, notifiers, sinks, customizers. What is declared in a
 * configuration class is imported by the test. The engine takes uploads, and does nothing by itself
 * until the test calls {@link dev.ingest.core.Ingest#runUntilIdle()}, which starts it. The ledger's
 * time is a {@link dev.ingest.testkit.RunningTime} bean, which the test can put forward. Items have
 * at most 1 GB unless the test says less.
 *
 * <p>Needs {@code ingest-testkit} and {@code spring-boot-test-autoconfigure} on the class path.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(IngestTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(IngestTypeExcludeFilter.class)
@ImportAutoConfiguration
public @interface IngestTest {

  /**
   * Properties of the form {@code key=value} that are added to the environment of the test.
   *
   * @return the properties
   */
  String[] properties() default {};

  /**
   * Whether components of the engine's own types are taken.
   *
   * @return false to take what the filters include alone
   */
  boolean useDefaultFilters() default true;

  /**
   * Takes further components.
   *
   * @return the filters
   */
  ComponentScan.Filter[] includeFilters() default {};

  /**
   * Leaves components out that would be taken.
   *
   * @return the filters
   */
  ComponentScan.Filter[] excludeFilters() default {};

  /**
   * Leaves auto-configurations out.
   *
   * @return their classes
   */
  @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
  Class<?>[] excludeAutoConfiguration() default {};
}
