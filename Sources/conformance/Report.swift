/// What the cases of one folder came to.
struct Report {
    /// A case that did not pass, and why.
    struct Remark {
        let name: String
        let why: String
    }

    private(set) var passed = 0
    private(set) var failures: [Remark] = []
    private(set) var skips: [Remark] = []

    var isEmpty: Bool { passed == 0 && failures.isEmpty && skips.isEmpty }

    /// `N passed, N failed, N skipped`.
    var counts: String {
        "\(passed) passed, \(failures.count) failed, \(skips.count) skipped"
    }

    /// ` (why)`: every reason to skip with its number of cases, the most frequent first.
    var reasons: String {
        guard !skips.isEmpty else { return "" }
        let groups = Dictionary(grouping: skips, by: \.why).mapValues(\.count)
        let sorted = groups.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return " (" + sorted.map { "\($0.value) \($0.key)" }.joined(separator: "; ") + ")"
    }

    /// Runs one case: `body` says whether the input was accepted, an error of the library is a refusal, and a
    /// vector that lacks a field is a failure.
    mutating func expect(_ name: String, accepted: Bool = true, _ body: () throws -> Bool) {
        do {
            let outcome = try body()
            guard outcome == accepted else {
                return fail(name, outcome ? "accepted" : "not as expected")
            }
            passed += 1
        } catch is MissingFile {
            skip(name, "with a file missing")
        } catch let error as VectorError {
            fail(name, error.what)
        } catch {
            if accepted { fail(name, "refused: \(error)") } else { passed += 1 }
        }
    }

    /// Runs the cases of each file; one that cannot be read is one failure, and the others still run.
    mutating func forEach(_ files: [File], _ body: (File, inout Report) throws -> Void) {
        for file in files {
            do {
                try body(file, &self)
            } catch {
                fail(file.name, (error as? VectorError)?.what ?? "\(error)")
            }
        }
    }

    /// The case did not do what its vector says.
    mutating func fail(_ name: String, _ why: String) {
        failures.append(Remark(name: name, why: why))
    }

    /// The case is not about something that this package does.
    mutating func skip(_ name: String, _ why: String) {
        skips.append(Remark(name: name, why: why))
    }

    /// Adds the cases of another report.
    mutating func add(_ other: Report) {
        passed += other.passed
        failures += other.failures
        skips += other.skips
    }
}

/// A file that a case names is not there.
struct MissingFile: Error {}

/// The vector is not what this program expects: a missing field, an unreadable file.
struct VectorError: Error {
    let what: String
}
