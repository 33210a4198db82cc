require "set"

module Checks
  @case = 0

  def self.same(got, want)
    case want
    when true, false, nil then got.equal?(want)
    when Float then got.is_a?(Numeric) && near(got, want)
    when Integer then got.is_a?(Numeric) && got == want
    when Array then got.is_a?(Array) && got.length == want.length && got.zip(want).all? { |pair| same(*pair) }
    when Hash then got.is_a?(Hash) && got.length == want.length && want.all? { |key, value| got.key?(key) && same(got[key], value) }
    else got == want
    end
  end

  def self.near(got, want)
    return true if got == want || (want.nan? && got.is_a?(Float) && got.nan?)
    distance = want.zero? ? 1e-12 : 1e-9 * [got.abs, want.abs].max
    distance < Float::INFINITY && (got - want).abs <= distance
  end

  def self.settle(passed, got, want)
    @case += 1
    Kernel.abort("case #{@case}: got #{got}, expected #{want}") unless passed
  end

  def self.named?(name, error)
    [error.message, "#{error.class}: #{error.message}"].any? { |text| text == name || text.start_with?("#{name}:") }
  end
end

check = ->(got, want) { Checks.settle(Checks.same(got, want), got.inspect, want.inspect) }

check_yields = ->(got, want) { check.(got.respond_to?(:each) ? got.first(want.length + 1) : got, want) }

check_raises = lambda do |name, &call|
  value = call.()
rescue StandardError => error
  Checks.settle(Checks.named?(name, error), "error #{error.message}", name)
else
  Checks.settle(false, value.inspect, name)
end
