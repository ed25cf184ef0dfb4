/// How rows are printed: for people, or one JSON object a line.
enum Report {
    case table
    case json

    func begin() {
        guard self == .table else { return }
        print(
            "Microseconds of processor time: the fastest of the batches, and their median. Ratio: to the raw operations\n"
                + "of libsecp256k1 and libcrypto that the step cannot avoid, timed in turn with it (min/min, median/median).\n"
        )
        print(
            Self.line(
                "", "bytes", "min", "median", "raw min", "min/min", "med/med", "raw operations"))
    }

    func print(_ row: Row) {
        switch self {
        case .table: Swift.print(Self.line(row))
        case .json: Swift.print(Self.object(row))
        }
    }

    func heading(_ text: String) {
        if self == .table { print("\n\(text)") }
    }

    private func print(_ text: String) { Swift.print(text) }

    private static func line(_ row: Row) -> String {
        line(
            row.name, row.bytes.map(String.init) ?? "", microseconds(row.step.least),
            microseconds(row.step.median), microseconds(row.raw.least),
            hundredths(row.ratioOfMinima), hundredths(row.ratioOfMedians), row.floor)
    }

    private static func line(_ name: String, _ cells: String...) -> String {
        let numbers = cells.dropLast().map {
            String(repeating: " ", count: max(1, 9 - $0.count)) + $0
        }
        let gap = String(repeating: " ", count: max(1, 46 - name.count))
        return name + gap + numbers.joined() + "  " + (cells.last ?? "")
    }

    private static func object(_ row: Row) -> String {
        let bytes = row.bytes.map { "\"bytes\":\($0)," } ?? ""
        return "{\"step\":\"\(row.name)\",\(bytes)\"raw\":\"\(row.floor)\","
            + "\"us_min\":\(microseconds(row.step.least)),"
            + "\"us_median\":\(microseconds(row.step.median)),"
            + "\"raw_us_min\":\(microseconds(row.raw.least)),"
            + "\"raw_us_median\":\(microseconds(row.raw.median)),"
            + "\"ratio_min\":\(hundredths(row.ratioOfMinima)),"
            + "\"ratio_median\":\(hundredths(row.ratioOfMedians))}"
    }

    private static func microseconds(_ nanoseconds: Double) -> String { tenths(nanoseconds / 1000) }

    private static func hundredths(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let scaled = Int((value * 100).rounded())
        return "\(scaled / 100).\(scaled % 100 / 10)\(scaled % 10)"
    }
}
