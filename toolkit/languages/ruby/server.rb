# Forks a child for each program. A program that requires a library whose loading takes long gets its child
# from a helper, a process that has loaded it: no program finds a library that it has not asked for.
Class.new do
  # What a library loads by itself when its first test runs.
  parts = %w[collector/descendant ui/console/outputlevel ui/console/testrunner]
  self::HARNESS = File.binread("/server/proof.rb")
  self::PROVE = RubyVM::InstructionSequence.compile(self::HARNESS, "main.rb", "/box/work/main.rb")
  self::PARTS = { "test/unit" => parts.map { |name| "test/unit/#{name}" } }

  def initialize
    @pipes = [IO.for_fd(3), IO.for_fd(4, "w")] # requests, answers
    @pipes.last.sync = true
    @helpers = {}
    @wait4, @prctl = { "x86_64" => [61, 157], "aarch64" => [260, 167] }.fetch(RbConfig::CONFIG["host_cpu"])
    set_dumpable(0) # its memory and descriptors are closed to its programs
    GC.start
    @pipes.last.puts("ready")
  end

  def set_dumpable(value) = syscall(@prctl, 4, value, 0, 0, 0)

  # Returns in a child.
  def serve
    while @pipes.first.gets
      libraries = @helpers ? wanted : []
      if libraries.any?
        @helpers[libraries] ||= help(libraries) or next
        @helpers[libraries].last.puts("run")
        line = @helpers[libraries].first.gets or exit!
      else
        process = fork or return
        line = ending(process)
      end
      @pipes.last.puts(line)
    end
    exit!
  end

  def wanted
    text = Dir.glob("/box/work/*.rb").map { |path| File.binread(path) }.join
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
    libraries.each do |name|
      require name
      self.class::PARTS.fetch(name, []).each { |part| require part }
    end
    nil
  rescue LoadError
    nil # it is the program's to find that out
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
    Process.setsid
    Dir.chdir("/box/work")
    give_input
    srand
    $0 = "main.rb"
    proving = File.binread($0) == self.class::HARNESS
    (proving ? self.class::PROVE : RubyVM::InstructionSequence.compile_file($0)).eval
  end

  def give_input
    text = STDIN.read_nonblock(65_536, exception: false)
    reading, writing = IO.pipe
    writing.write(text) if text.is_a?(String)
    writing.close
    STDIN.reopen(reading)
    reading.close
  end
end.new.tap(&:serve).run
