import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One node, as the opensearch.yml in the folder given says, and with what else the runner is told.
 * The runner's own main class names each first node "Node 1" and takes few ports. It ends with its
 * standard input, so that no node outlives the process that started it, however that ended.
 */
public final class ClusterNode {
    public static void main(String[] arguments) {
        OpenSearchRunner runner = new OpenSearchRunner();
        // Beside the start, which may wait long for nodes that are not there any more.
        new Thread(() -> endWithInput(runner)).start();
        try {
            start(runner, Path.of(arguments[0]), Arrays.stream(arguments).skip(1));
        } catch (RuntimeException exc) {
            exc.printStackTrace();
            System.exit(1);
        }
    }

    private static void start(OpenSearchRunner runner, Path folder, Stream<String> told) {
        runner.setMaxHttpPort(-1);
        runner.onBuild((number, settings) -> {
            try {
                settings.loadFromPath(folder.resolve("opensearch.yml"));
            } catch (IOException exc) {
                throw new UncheckedIOException(exc);
            }
        });
        String home = folder.toString();
        Stream<String> own = Stream.of("-basePath", home, "-confPath", home, "-numOfNode", "1");
        runner.build(Stream.concat(own, told).toArray(String[]::new));
    }

    private static void endWithInput(OpenSearchRunner runner) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
            runner.close();
        } catch (IOException exc) {
            exc.printStackTrace();
        }
        System.exit(0);
    }
}
