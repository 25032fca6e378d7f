package dev.ingest.core;

import com.sun.source.doctree.AttributeTree;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.doctree.ValueTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** What the source of one public type says of it, as the compiler reads it. */
final class SourceDocs {

  private static final Path SOURCES = Path.of("..");

  private final Class<?> type;
  private final CompilationUnitTree unit;
  private final DocTrees trees;
  private final ClassTree declared;

  private SourceDocs(Class<?> type, CompilationUnitTree unit, DocTrees trees) {
    this.type = type;
    this.unit = unit;
    this.trees = trees;
    this.declared = (ClassTree) unit.getTypeDecls().get(0);
  }

  /**
   * A method.
   *
   * @param name its name
   * @param parameters its parameters' types by their names, in order
   * @param doc what is said of it
   * @param body its source
   */
  record Method(String name, Map<String, String> parameters, Doc doc, String body) {}

  /**
   * A comment, as Markdown in one line.
   *
   * @param text the main description
   * @param parameters what is said of each parameter or component
   */
  record Doc(String text, Map<String, String> parameters) {

    String parameter(String name) {
      String text = parameters.get(name);
      if (text == null) {
        throw new IllegalStateException("nothing is said of " + name);
      }
      return text;
    }
  }

  /** Reads the source of a type of one of the modules. */
  static SourceDocs of(Class<?> type) throws IOException {
    String module =
        type.getPackageName().startsWith("dev.ingest.spi") ? "ingest-spi" : "ingest-core";
    Path source =
        SOURCES.resolve(
            "%s/src/main/java/%s.java".formatted(module, type.getName().replace('.', '/')));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(null, files, null, null, null, files.getJavaFileObjects(source));
      CompilationUnitTree unit = task.parse().iterator().next();
      return new SourceDocs(type, unit, DocTrees.instance(task));
    }
  }

  /** Returns what is said of the type, with its components if it is a record. */
  Doc doc() {
    return doc(declared);
  }

  /** Returns the public methods that return the type itself, in the order of the source. */
  List<Method> settings() {
    List<Method> methods = new ArrayList<>();
    for (Tree member : declared.getMembers()) {
      if (member instanceof MethodTree method
          && method.getReturnType() != null
          && method.getReturnType().toString().equals(type.getSimpleName())) {
        Map<String, String> parameters = new LinkedHashMap<>();
        method
            .getParameters()
            .forEach(one -> parameters.put(one.getName().toString(), one.getType().toString()));
        methods.add(
            new Method(
                method.getName().toString(),
                parameters,
                doc(method),
                String.valueOf(method.getBody())));
      }
    }
    return methods;
  }

  private Doc doc(Tree tree) {
    DocCommentTree comment =
        Optional.ofNullable(
                trees.getDocCommentTree(
                    new TreePath(
                        tree == declared
                            ? new TreePath(unit)
                            : new TreePath(new TreePath(unit), declared),
                        tree)))
            .orElseThrow(() -> new IllegalStateException("a comment is missing in " + type));
    Map<String, String> parameters =
        comment.getBlockTags().stream()
            .filter(ParamTree.class::isInstance)
            .map(ParamTree.class::cast)
            .collect(
                Collectors.toMap(
                    param -> param.getName().toString(), param -> text(param.getDescription())));
    return new Doc(text(comment.getFullBody()), parameters);
  }

  private String text(List<? extends DocTree> parts) {
    return parts.stream()
        .map(this::text)
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .replace("|", "\\|")
        .strip();
  }

  private String text(DocTree part) {
    return switch (part.getKind()) {
      case TEXT -> ((TextTree) part).getBody();
      case CODE, LITERAL -> "`" + ((LiteralTree) part).getBody().getBody().strip() + "`";
      case LINK, LINK_PLAIN -> link((LinkTree) part);
      case ENTITY -> "&" + ((EntityTree) part).getName() + ";";
      case VALUE -> constant(((ValueTree) part).getReference().getSignature());
      case START_ELEMENT, END_ELEMENT -> " ";
      case ATTRIBUTE -> ((AttributeTree) part).toString();
      default -> throw new IllegalStateException(type + " says something unknown: " + part);
    };
  }

  private String link(LinkTree link) {
    String label = text(link.getLabel());
    String signature = link.getReference().getSignature();
    String target = signature.substring(signature.lastIndexOf('.', signature.indexOf('#')) + 1);
    String named = target.startsWith("#") ? target.substring(1) : target.replace('#', '.');
    return "`" + (label.isEmpty() ? named : label) + "`";
  }

  private String constant(String signature) {
    try {
      Field field = type.getField(signature.substring(1));
      return NumberFormat.getIntegerInstance(Locale.ROOT).format(field.get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no constant " + signature, e);
    }
  }
}
