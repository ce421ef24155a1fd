import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One node, as the opensearch.yml in the folder given says. The runner's own main class names each
 * first node "Node 1" and takes few ports. It ends with its standard input, so that no node
 * outlives the process that started it, however that ended.
 */
public final class ClusterNode {
    public static void main(String[] arguments) {
        OpenSearchRunner runner = new OpenSearchRunner();
        // Beside the start, which may wait long for nodes that are not there any more.
        new Thread(() -> endWithInput(runner)).start();
        try {
            start(runner, Path.of(arguments[0]));
        } catch (RuntimeException exc) {
            exc.printStackTrace();
            System.exit(1);
        }
    }

    private static void start(OpenSearchRunner runner, Path folder) {
        runner.setMaxHttpPort(-1);
        runner.onBuild((number, settings) -> {
            try {
                settings.loadFromPath(folder.resolve("opensearch.yml"));
            } catch (IOException exc) {
                throw new UncheckedIOException(exc);
            }
        });
        String home = folder.toString();
        runner.build("-basePath", home, "-confPath", home, "-numOfNode", "1");
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
