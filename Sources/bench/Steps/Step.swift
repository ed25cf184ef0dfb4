/// One row of the table: work that is timed, and the raw operations it cannot avoid.
struct Step {
    /// What is done, in a few words.
    let name: String
    let floor: Floor
    /// Bytes of the message that the step makes or reads, where there is one.
    var bytes: Int?
    /// Other people's time inside the step, to be taken off.
    var excluded: Stopwatch?
    /// Prepares inputs for a number of runs, which is not timed, and answers the runs.
    let prepare: (Int) async throws -> () async throws -> Void

    /// A step that can be run again and again on the same input.
    static func repeating(
        _ name: String, _ floor: Floor, bytes: Int? = nil, excluded: Stopwatch? = nil,
        _ run: @escaping () async throws -> Void
    ) -> Step {
        Step(name: name, floor: floor, bytes: bytes, excluded: excluded) { count in
            { for _ in 0..<count { try await run() } }
        }
    }

    /// A step that uses its input up, so that each run needs one of its own.
    static func consuming<Input>(
        _ name: String, _ floor: Floor, bytes: Int? = nil,
        from input: @escaping () async throws -> Input,
        _ run: @escaping (Input) async throws -> Void
    ) -> Step {
        Step(name: name, floor: floor, bytes: bytes) { count in
            var inputs = [Input]()
            for _ in 0..<count { inputs.append(try await input()) }
            let prepared = inputs
            return { for input in prepared { try await run(input) } }
        }
    }
}

/// Adds up the processor time of work that a step waits for and that is not its own.
final class Stopwatch: @unchecked Sendable {
    // Sound because the benchmark runs one thing at a time.
    private(set) var total = 0.0

    func callAsFunction<Value, Failure>(
        _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let start = Clock.processor
        defer { total += Clock.processor - start }
        return try await work()
    }
}
