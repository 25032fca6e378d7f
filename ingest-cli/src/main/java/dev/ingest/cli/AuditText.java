package dev.ingest.cli;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditReport;
import dev.ingest.spi.SequenceKey;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an audit found, as people read it. */
final class AuditText {

  private AuditText() {}

  static String finding(AuditFinding finding) {
    AuditFinding.Subject subject = finding.subject();
    return "%s %s%s%s: expected %s, got %s%n  since %s, recoverable until %s: %s"
        .formatted(
            finding.kind(),
            subject(subject),
            subject.item().map(item -> " item " + Terminal.quoted(item)).orElse(""),
            subject.key().map(key -> " at " + key).orElse(""),
            finding.expected(),
            finding.actual(),
            finding.span().since().map(Object::toString).orElse("unknown"),
            finding.span().recoverableUntil().map(Object::toString).orElse("unknown"),
            finding.remedy().text())
        .replace(System.lineSeparator(), "\n");
  }

  /** Names what a finding is about. */
  static String subject(AuditFinding.Subject subject) {
    return subject.sequence().map(SequenceKey::toString).orElse("unnamed, at " + subject.place());
  }

  static String summary(AuditReport report) {
    String looked =
        "%d sequences, %d stored keys and %d receipts looked at"
            .formatted(
                report.looked().sequences(), report.looked().objects(), report.looked().receipts());
    String found =
        report.findings().isEmpty()
            ? "0 findings"
            : new TreeMap<>(report.findings())
                .entrySet().stream()
                    .map(kind -> kind.getValue() + " " + kind.getKey())
                    .collect(Collectors.joining(", "));
    String end =
        report.isComplete() ? "complete" : "INCOMPLETE, " + report.unreadCount() + " parts unread";
    String aside =
        "%d keys, %d bytes set aside"
            .formatted(report.quarantined().keys(), report.quarantined().bytes());
    return "audit %s: %s; %s; %s".formatted(end, found, looked, aside);
  }
}
