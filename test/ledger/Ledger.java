import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * A job that keeps a ledger of itself, for tests: it counts, and writes every number, start and
 * completed checkpoint to a file outside of Flink. {@code checker.py} reads the file and reports whether
 * state was lost, doubled or run twice. Flink's own state cannot prove that: source offset and
 * keyed state come from one snapshot and always agree.
 *
 * <p>Each line is {@code time_ms,job,instance,event,number} where event is {@code fresh},
 * {@code restored(CHECKPOINT)}, {@code number}, {@code completed(CHECKPOINT)} or {@code closed}.
 */
public final class Ledger {

  /** Keys of the keyed stage, whose state moves between subtasks when the job is rescaled. */
  private static final long KEYS = 16;

  private static final String USAGE =
      "--ledger FILE (or LEDGER_FILE) [--interval-ms N] [--count N] [--parallelism N] [--fail-at NUMBER]"
          + " [--fail-file FILE] [--snapshot-ms N] [--fail-main TEXT] [--main-sleep-ms N] [--name NAME]";

  public static void main(String[] args) throws Exception {
    Options options = new Options(args);
    String file = options.text("ledger", System.getenv("LEDGER_FILE"));
    if (file == null) {
      throw new IllegalArgumentException("no ledger file: " + USAGE);
    }
    Thread.sleep(options.number("main-sleep-ms", 0));
    String failure = options.text("fail-main", null);
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    if (options.number("parallelism", 0) > 0) {
      env.setParallelism((int) options.number("parallelism", 0));
    }
    env.fromSequence(0, options.number("count", Long.MAX_VALUE) - 1)
        .setParallelism(1)
        .uid("source")
        .process(new Writer(file, options))
        .setParallelism(1)
        .uid("writer")
        .keyBy(Ledger::key)
        .process(new Sequence())
        .uid("sequence")
        .sinkTo(new DiscardingSink<>())
        .uid("sink");
    env.execute(options.text("name", "ledger"));
  }

  private static Long key(Long number) {
    return number % KEYS;
  }

  /** Options of the form {@code --name value}. */
  private static final class Options {
    private final Map<String, String> values = new HashMap<>();

    Options(String[] args) {
      for (int i = 0; i < args.length; i += 2) {
        if (!args[i].startsWith("--") || i + 1 == args.length) {
          throw new IllegalArgumentException("cannot use argument '" + args[i] + "': " + USAGE);
        }
        values.put(args[i].substring(2), args[i + 1]);
      }
    }

    String text(String name, String otherwise) {
      return values.getOrDefault(name, otherwise);
    }

    long number(String name, long otherwise) {
      return values.containsKey(name) ? Long.parseLong(values.get(name)) : otherwise;
    }
  }

  /** Writes what happens, one line per event, and slows the stream down. */
  private static final class Writer extends ProcessFunction<Long, Long>
      implements CheckpointedFunction, CheckpointListener {
    private final String file;
    private final long intervalMs;
    private final long failAt;
    private final String failFile;
    private final long snapshotMs;

    private transient Path path;
    private transient String job;
    private transient String instance;
    private transient String opened;
    private transient long last;
    private transient ListState<Long> state;
    private transient TreeMap<Long, Long> pending;

    Writer(String file, Options options) {
      this.file = file;
      intervalMs = options.number("interval-ms", 2);
      failAt = options.number("fail-at", -1);
      failFile = options.text("fail-file", null);
      snapshotMs = options.number("snapshot-ms", 0);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("last", Types.LONG));
      pending = new TreeMap<>();
      last = -1;
      for (Long number : state.get()) {
        last = number;
      }
      opened = "fresh";
      if (context.isRestored()) {
        opened = "restored(" + context.getRestoredCheckpointId().orElse(-1) + ")";
      }
    }

    @Override
    public void open(OpenContext context) throws Exception {
      path = Paths.get(file);
      job = getRuntimeContext().getJobInfo().getJobId().toString();
      instance = UUID.randomUUID().toString().substring(0, 8);
      write(opened, last);
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      if (number != last + 1) {
        throw new IllegalStateException("number " + number + " follows " + last);
      }
      if (number == failAt) {
        throw new IllegalStateException("configured to fail at number " + number);
      }
      if (failFile != null && Files.exists(Paths.get(failFile))) {
        throw new IllegalStateException("configured to fail while there is " + failFile);
      }
      last = number;
      write("number", number);
      out.collect(number);
      Thread.sleep(intervalMs);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.clear();
      state.add(last);
      pending.put(context.getCheckpointId(), last);
      Thread.sleep(snapshotMs);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
      Long number = pending.get(checkpoint);
      pending.headMap(checkpoint, true).clear();
      if (number != null) {
        write("completed(" + checkpoint + ")", number);
      }
    }

    @Override
    public void close() throws Exception {
      if (path != null) {
        write("closed", last);
      }
    }

    /** One system call per line, so that lines of two instances never mix. */
    private void write(String event, long number) throws IOException {
      String line = System.currentTimeMillis() + "," + job + "," + instance + "," + event + "," + number + "\n";
      Files.write(
          path, line.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** Fails the job if its keyed state does not fit to the stream. */
  private static final class Sequence extends KeyedProcessFunction<Long, Long, Long> {
    private transient ValueState<Long> last;

    @Override
    public void open(OpenContext context) {
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      Long previous = last.value();
      long expected = previous == null ? number % KEYS : previous + KEYS;
      if (number != expected) {
        throw new IllegalStateException("number " + number + " came where " + expected + " was due");
      }
      last.update(number);
      out.collect(number);
    }
  }

  private Ledger() {}
}
