import java.io.File;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Does what run.sh does, with a compiler that stays loaded. Nothing of a program runs in here: a program gets a
 * virtual machine of its own, in a process of its own.
 */
final class LangliftServer {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final Path WORK = Path.of("/box/work");
    private static final String WARM = "import java.util.*;import java.util.function.*;import java.util.stream.*;"
        + "class Langlift { public static void main(String[] a) { List<Integer> l = new ArrayList<>(Arrays.asList(1, 2));"
        + "Map<String, Integer> m = new HashMap<>(); for (int i : l) m.merge(\"a\" + i, i, Integer::sum);"
        + "assert l.stream().map(x -> x + 1).collect(Collectors.toList()).equals(List.of(2, 3)); } }";

    /** Of wait.c. */
    private static native void hide();

    private static native long[] run(String[] command, String folder);

    private static native String request();

    private static native void answer(String line);

    private final StandardJavaFileManager files =
        COMPILER.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
    private final String java;
    private final String proof;

    private LangliftServer(String java, String proof) {
        this.java = java;
        this.proof = proof;
    }

    public static void main(String[] arguments) throws Exception {
        System.load(arguments[1] + "/libwait.so");
        hide();
        LangliftServer server = new LangliftServer(arguments[0], arguments[1]);
        Path folder = Files.createTempDirectory(Path.of(System.getenv("TMPDIR")), "warm");
        Path source = Files.writeString(folder.resolve("Langlift.java"), WARM);
        for (int round = 0; round < 5; round++) server.compile(List.of(source.toFile()), folder.toFile(), List.of());
        answer("ready\n");
        while (request() != null) answer(server.serve());
    }

    /** Anything but a clear yes or no of the compiler ends this server: the program is then run cold. */
    private String serve() throws IOException {
        long started = cpu();
        Path classes = Files.createDirectory(WORK.resolve("classes"));
        boolean good = compile(sources(), classes.toFile(), words("javac.options"));
        if (!good) return String.format("1 %d 0\n", cpu() - started);
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(words("java.options"));
        boolean proves = Files.exists(WORK.resolve("harness"));
        command.addAll(List.of("-cp", proves ? proof + ":classes" : "classes"));
        if (proves) command.add("LangliftProof");
        command.add(Files.readString(WORK.resolve("entry")).strip());
        long compiling = cpu() - started;
        long[] ending = run(command.toArray(new String[0]), WORK.toString());
        return String.format("%d %d %d\n", ending[0], compiling + ending[1], ending[2]);
    }

    private static long cpu() {
        return ProcessHandle.current().info().totalCpuDuration().map(time -> time.toNanos() / 1000).orElse(0L);
    }

    private static List<String> words(String name) throws IOException {
        return List.of(Files.readString(WORK.resolve(name)).strip().split(" +"));
    }

    private static List<File> sources() throws IOException {
        try (var paths = Files.list(WORK.resolve("source"))) {
            return paths.sorted().map(Path::toFile).toList();
        }
    }

    private boolean compile(List<File> sources, File classes, List<String> options) throws IOException {
        files.setLocation(StandardLocation.CLASS_OUTPUT, List.of(classes));
        files.setLocation(StandardLocation.CLASS_PATH, List.of(classes));
        PrintWriter words = new PrintWriter(System.err);
        boolean good = COMPILER.getTask(words, files, null, options, null, files.getJavaFileObjectsFromFiles(sources)).call();
        words.flush();
        files.flush();
        return good;
    }
}
