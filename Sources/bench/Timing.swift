/// What one step took: nanoseconds a run, one entry per batch.
struct Timing {
    var processor: [Double] = []
    var wall: [Double] = []

    /// Times `step` in batches, after a warm-up from which their size is taken.
    static func measure(_ effort: Effort, _ step: () throws -> Void) rethrows -> Timing {
        let start = Clock.processor
        var runs = 0
        repeat {
            try step()
            runs += 1
        } while Clock.processor - start < effort.warmUp
        let once = (Clock.processor - start) / Double(runs)
        let count = max(1, Int(effort.batch / once))
        var timing = Timing()
        for _ in 0..<effort.samples { try timing.add(count, step) }
        return timing
    }

    /// Times one batch of `count` runs.
    mutating func add(_ count: Int, _ step: () throws -> Void) rethrows {
        let wall = Clock.wall
        let processor = Clock.processor
        for _ in 0..<count { try step() }
        self.processor.append((Clock.processor - processor) / Double(count))
        self.wall.append((Clock.wall - wall) / Double(count))
    }
}

/// A number with one decimal.
func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
}
