/// What a step took beside its raw operations, in nanoseconds of processor time a run.
struct Row {
    let name: String
    let floor: String
    let bytes: Int?
    private(set) var step: [Double] = []
    private(set) var raw: [Double] = []

    /// Times batches of the step and of its raw operations in turn, so that whatever else the machine does meets both.
    static func measure(
        _ step: Step, _ raw: RawLibraries, _ effort: Effort
    ) async throws -> Row {
        var row = Row(name: step.name, floor: "\(step.floor)", bytes: step.bytes)
        let once = try await time(step, 1)
        let count = max(1, Int(effort.batch / max(once, try await time(step, 1))))
        _ = time(step.floor, raw, count)
        for _ in 0..<effort.samples {
            row.raw.append(time(step.floor, raw, count))
            row.step.append(try await time(step, count))
        }
        return row
    }

    private static func time(_ step: Step, _ count: Int) async throws -> Double {
        let run = try await step.prepare(count)
        let others = step.excluded?.total ?? 0
        let start = Clock.processor
        try await run()
        let end = Clock.processor
        return (end - start - ((step.excluded?.total ?? 0) - others)) / Double(count)
    }

    private static func time(_ floor: Floor, _ raw: RawLibraries, _ count: Int) -> Double {
        let start = Clock.processor
        for _ in 0..<count { floor.run(raw) }
        return (Clock.processor - start) / Double(count)
    }

    /// Fastest batch against fastest batch: the ratio that a busy machine moves least.
    var ratioOfMinima: Double { step.least / raw.least }
    /// Median against median.
    var ratioOfMedians: Double { step.median / raw.median }
}

extension [Double] {
    var least: Double { self.min() ?? 0 }
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
