// The job by which the model of Flink is held against the real one: its first argument names what it
// does. One source for Flink 1.x and 2.x. Its twin is local/model/flink/program.cpp.
package test;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

public class Cases {
  static class Slowly implements MapFunction<Long, Long> {
    private final boolean fails;

    Slowly(boolean fails) {
      this.fails = fails;
    }

    @Override
    public Long map(Long x) throws Exception {
      Thread.sleep(2);
      if (fails && x >= 20)
        throw new IllegalStateException("record " + x + " is poison");
      return x;
    }
  }

  static class Remember extends KeyedProcessFunction<Long, Long, Long> {
    private transient ValueState<Long> last;

    @Override
    public void processElement(Long x, Context context, Collector<Long> out) throws Exception {
      if (last == null)
        last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Long.class));
      last.update(x);
      out.collect(x);
    }
  }

  static void build(StreamExecutionEnvironment env, String mode) {
    long end = mode.equals("bounded") ? 99 : Long.MAX_VALUE;
    env.fromSequence(0, end).name("source").uid("source")
      .map(new Slowly(mode.equals("fails"))).name("map").uid("map")
      .keyBy(x -> x % 4)
      .process(new Remember()).name("check").uid(mode.equals("other-state") ? "other" : "check")
      .filter(x -> false).name("none").uid("none")
      .print().name("sink").uid("sink");
  }

  public static void main(String[] args) throws Exception {
    String mode = args.length > 0 ? args[0] : "endless";
    if (mode.equals("throws"))
      throw new IllegalArgumentException("the topic \"orders\" is not configured");
    if (mode.equals("nothing"))
      return;
    if (mode.equals("slow"))
      Thread.sleep(Integer.parseInt(args[1]));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, mode);
    if (mode.equals("catches")) {
      try {
        env.execute("recorded");
      } catch (Throwable t) {
        System.out.println("caught " + t);
      }
      return;
    }
    if (mode.equals("throws-after")) {
      env.executeAsync("recorded");
      throw new IllegalStateException("thrown after execute");
    }
    if (mode.equals("twice")) {
      env.executeAsync("recorded");
      build(env, "endless");
      env.executeAsync("second");
      return;
    }
    env.execute("recorded");
  }
}

class NoMain {}
