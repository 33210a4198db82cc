# Runs translation.rb, then the calls of tests.rb, and tells what each does as `toolkit.languages.blind` says.
require "set"

Class.new do
  self::LARGEST, self::DEEPEST, self::YIELDED = 32_768, 100, 1000
  self::NoText = Class.new(StandardError)

  def initialize
    @mark = STDIN.gets.chomp
    STDIN.reopen(File::NULL)
    @said, @answers, @case = STDOUT.dup, STDERR.dup, 0
    @answers.sync = @said.sync = true
    @word = File.read("word")
    @answers.write("ready\n")
  end

  def finish(status, number = nil, detail = nil)
    @said.write("\n#{@mark} #{status}#{"\t#{number}\t#{detail}" if number}\n")
    exit!(number ? 1 : 0)
  end

  def run
    text = File.binread("translation.rb").force_encoding("UTF-8")
    begin
      code = RubyVM::InstructionSequence.compile("#{text}\nnil\n", "translation.rb")
    rescue SyntaxError => error
      finish("compile error", 0, error.message)
    end
    guarded { code.eval }
    teller = self
    TOPLEVEL_BINDING.local_variable_set(@word, ->(&call) { teller.tell(&call) }) # no method: it may be the program's
    TOPLEVEL_BINDING.eval(File.read("tests.rb", encoding: "utf-8"), "tests.rb")
    finish("done #{@case}")
  end

  def guarded
    yield
  rescue SystemExit
    exit!(0)
  rescue NoMemoryError => error
    finish("memory", @case, error.message)
  rescue Exception => error
    finish("runtime error", @case, shown(error))
  end

  def tell
    outcome, text = "returns", nil
    begin
      value = yield
      outcome, value = "yields", value.first(self.class::YIELDED) if value.is_a?(Enumerator)
      text = canonical(value)
    rescue SystemExit
      exit!(0)
    rescue NoMemoryError => error
      finish("memory", @case + 1, error.message)
    rescue SystemStackError, StandardError, NotImplementedError => error
      outcome, text = "raises", shown(error)
    end
    @case += 1
    @answers.write("\n#{@mark} #{@case} #{outcome} #{text.bytesize}\n", text, "\n")
  end

  def shown(error)
    text = error.message.byteslice(0, 1000)
    error.is_a?(RuntimeError) ? text : "#{error.class}: #{text}"
  rescue StandardError
    "an error that can not be shown"
  end

  def canonical(value)
    @left = self.class::LARGEST
    put(value, 0).b
  rescue self.class::NoText => error
    "x#{error.message.bytesize}:#{error.message}"
  end

  def spend(size)
    @left -= size
    Kernel.raise self.class::NoText, "a value that is too long" if @left < 0
  end

  def put(value, depth)
    spend(4)
    case value
    when nil then "n"
    when true then "t"
    when false then "f"
    when Integer then value.bit_length > 13_000 ? Kernel.raise(self.class::NoText, "an integer that is too long") : "i#{value};"
    when Float then number(value)
    when String, Symbol then text(value.to_s)
    else many(value, depth + 1)
    end
  end

  def number(value)
    return "dnan;" if value.nan?
    value.infinite? ? "d#{"-" if value < 0}inf;" : "d#{Kernel.format("%.17g", value)};"
  end

  def text(value)
    spend(value.bytesize)
    "s#{value.bytesize}:".b << value.b
  end

  def many(value, depth)
    Kernel.raise self.class::NoText, "a value nested too deep" if depth > self.class::DEEPEST
    case value
    when Array then "l#{value.length}:".b << value.map { |each| put(each, depth) }.join
    when Set then "e#{value.size}:".b << value.map { |each| put(each, depth) }.sort.join
    when Hash then "m#{value.length}:".b << value.map { |key, each| put(key, depth).b << put(each, depth).b }.join
    else Kernel.raise self.class::NoText, "a value of type #{value.class}"
    end
  end
end.new.run
