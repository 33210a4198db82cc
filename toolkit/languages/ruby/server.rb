# Forks a child for each program. A program that requires a library whose loading takes long gets its child
# from a helper, a process that has loaded it: no program finds a library that it has not asked for.
Class.new do
  self::HARNESS = File.binread("/server/proof.rb")
  self::PROVE = RubyVM::InstructionSequence.compile(self::HARNESS, "main.rb", "/box/work/main.rb")
  self::STREAMS = [STDOUT, STDERR]
  self::FLUSH = IO.instance_method(:flush)

  def initialize
    @pipes = [IO.for_fd(3), IO.for_fd(4, "w")] # requests, answers
    @pipes.last.sync = true
    @helpers = {}
    @wait4, @prctl = { "x86_64" => [61, 157], "aarch64" => [260, 167] }.fetch(RbConfig::CONFIG["host_cpu"])
    set_dumpable(0) # its memory and descriptors are closed to its programs
    settle
    @pipes.last.puts("ready")
  end

  def set_dumpable(value) = syscall(@prctl, 4, value, 0, 0, 0)

  # No garbage is left: a child has room, and when it has none any more what is here is old to it.
  def settle = 4.times { GC.start }

  # Returns in a child.
  def serve
    while (order = @pipes.first.gets)
      text = @helpers ? program : ""
      order = "finalize" if text.match?(/finalizer/n)
      @finalizes = order.start_with?("finalize")
      libraries = wanted(text)
      if libraries.any?
        @helpers[libraries] ||= help(libraries) or next
        @helpers[libraries].last.puts(order)
        line = @helpers[libraries].first.gets or exit!
      else
        process = fork or return
        line = ending(process)
      end
      @pipes.last.puts(line)
    end
    exit!
  end

  # Its text; under proof `main` is the harness.
  def program
    names = %w[program main].map { |name| "/box/work/#{name}.rb" }
    File.binread(names.find { |name| File.exist?(name) })
  end

  # Not behind a hook of the program's own: which runs last depends on which was there first.
  def wanted(text)
    text = text.partition(/\bat_exit\b|\bEND\s*\{/n).first
    %w[test/unit minitest/autorun json].select { |name| text.match?(/^\s*require\s*\(?\s*["']#{name}["']/n) }
  end

  # The pipes to a new helper; nil in that helper.
  def help(libraries)
    (asked, ask), (told, tell) = IO.pipe, IO.pipe
    tell.sync = ask.sync = true
    if fork
      [asked, tell].each(&:close)
      return [told, ask]
    end
    close_pipes
    [told, ask].each(&:close)
    @pipes, @helpers = [asked, tell], nil
    libraries.each { |name| require name }
    rehearse(Test::Unit) if libraries.include?("test/unit")
    settle
    nil
  rescue LoadError
    nil # it is the program's to find that out
  end

  # A run of tests loads parts of the library and fills caches. This one has none of its test cases, so that nothing
  # is left in their lists and tables.
  def rehearse(unit)
    suite = unit::TestSuite.new("rehearsal") << test(unit::TestCase)
    File.open(File::NULL, "w") do |nothing|
      unit::AutoRunner.run(false, nil, []) do |runner|
        collect = unit::AutoRunner.collector(:descendant)
        runner.collector = ->(*) { collect.call(runner) << suite }
        runner.runner_options[:output] = nothing
      end
    end
    unit::AutoRunner.need_auto_run = true
  end

  # What a runner takes for a test.
  def test(kind)
    Object.new.tap do |test|
      test.define_singleton_method(:size) { 1 }
      test.define_singleton_method(:passed?) { true }
      test.define_singleton_method(:run) do |result, &tell|
        [[kind::STARTED, "test"], [kind::STARTED_OBJECT, self]].each(&tell)
        result.add_assertion
        result.add_pass
        result.add_run
        [[kind::FINISHED, "test"], [kind::FINISHED_OBJECT, self]].each(&tell)
      end
    end
  end

  def close_pipes = [*@pipes, *@helpers&.values&.flatten].each(&:close)

  def address(text) = [text].pack("p").unpack1("q")

  def ending(process)
    status, usage = "\0" * 64, "\0" * 144
    syscall(@wait4, process, address(status), 0, address(usage))
    code = status.unpack1("l")
    user, user_micro, system, system_micro, kilobytes = usage.unpack("q5")
    code = (code & 127).zero? ? code >> 8 & 255 : -(code & 127)
    "#{code} #{(user + system) * 1_000_000 + user_micro + system_micro} #{kilobytes}"
  end

  # As `ruby main.rb` would.
  def run
    close_pipes
    set_dumpable(1)
    at_exit { leave }
    Process.setsid
    Dir.chdir("/box/work")
    give_input
    srand
    $. = 0
    $0 = "main.rb"
    proving = File.binread($0) == self.class::HARNESS
    (proving ? self.class::PROVE : RubyVM::InstructionSequence.compile_file($0)).eval
  end

  # The end of a program, behind its last hook, without taking the interpreter apart, which is a third of what a small
  # one costs. Not where that is to be seen: finalizers, threads that wait, files left open, errors that are printed.
  def leave
    return if @finalizes || Thread.list.size > 1 || IO.sysopen(File::NULL) != @unused
    return unless $!.nil? || $!.is_a?(SystemExit)
    self.class::STREAMS.each { |stream| self.class::FLUSH.bind_call(stream) }
    exit!($! ? $!.status : 0)
  end

  def give_input
    text = STDIN.read_nonblock(65_536, exception: false)
    reading, writing = IO.pipe
    @unused = reading.fileno
    writing.write(text) if text.is_a?(String)
    writing.close
    STDIN.reopen(reading)
    reading.close
  end
end.new.tap(&:serve).run
