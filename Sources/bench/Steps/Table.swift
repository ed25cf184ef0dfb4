/// All steps, measured one after the other.
enum Table {
    /// Prints a row for each step whose name holds `text`; an empty text is in every name.
    ///
    /// Off the main actor, so that stores and registers are entered without a change of thread.
    @concurrent
    static func print(as report: Report, only text: String) async throws {
        let raw = RawLibraries()
        report.begin()
        let groups: [(String, () async throws -> [Step])] = [
            ("Cards", CardSteps.all), ("Persons", PersonSteps.all),
            ("Anonymous", AnonymousSteps.all), ("The log", LogSteps.all),
            ("Refusals, beside the raw operations of an acceptance", RefusalSteps.all),
        ]
        for (heading, steps) in groups {
            report.heading(heading)
            for step in try await steps() where text.isEmpty || step.name.contains(text) {
                report.print(try await Row.measure(step, raw, .table))
            }
        }
    }
}
