# Runs program.rb as a program of its own and tells of its end.
#
# Its text gets one more line, a number made for this run: whatever ends the text early (return, __END__)
# gives another value. The nonce waits on the interpreter's stack, where no binding shows it, and lists of
# objects other than classes are kept from the program.
Class.new do
  def nonce
    line = +""
    line << STDIN.sysread(100) until line.include?("\n")
    STDIN.reopen(File::NULL)
    line[/.*/]
  end

  def hide_objects
    listed = ObjectSpace.method(:each_object)
    ObjectSpace.define_singleton_method(:each_object) do |kind = nil, &block|
      raise NotImplementedError, "only classes are listed here" unless kind.is_a?(Class) && kind <= Module
      listed.call(kind, &block)
    end
  end

  # Whether the last line was reached.
  def run
    [self.class, self].each(&:freeze) # a program may find a class, but not change this one
    hide_objects
    mark = Random.new(Random.new_seed).rand(2**60)
    same = mark.method(:equal?).to_proc # as it is now, whatever the program makes of equality
    text = "#{File.read("program.rb", encoding: "utf-8")}\n#{mark}\n"
    $0 = "program.rb"
    value = RubyVM::InstructionSequence.compile(text, $0, File.expand_path($0)).eval
    compare(value, &same) && run_tests
  end

  def compare(value) = yield(value)

  # Those that would run while the program ends, which is too late.
  def run_tests
    if defined?(Test::Unit::AutoRunner) && Test::Unit::AutoRunner.need_auto_run?
      Test::Unit::AutoRunner.need_auto_run = false
      exit(1) unless run_test_unit(Test::Unit::AutoRunner)
    elsif defined?(Minitest) && Minitest.class_variable_defined?(:@@installed_at_exit)
      passed = Minitest.run(ARGV)
      Minitest.define_singleton_method(:run) { |*| passed }
      exit(1) unless passed
    end
    true
  end

  # Where there are no arguments, without the parser of arguments, which takes longer than most tests.
  def run_test_unit(runner) = ARGV.empty? ? runner.new(false).tap(&:prepare).run : runner.run

  def tell(nonce, reached)
    STDOUT.write("\n#{nonce} done\n") if reached
  end
end.new.then { |proof| proof.tell(proof.nonce, proof.run) }
