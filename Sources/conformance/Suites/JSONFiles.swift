import TegataSDJWT

/// JSONTestSuite: `y_` must be read, `n_` must be refused, `i_` and the transforms may be either but must not be
/// misread: what is accepted means the same after writing and reading it again.
func runJSONTestSuite(_ folder: Folder, _ report: inout Report) throws {
    for kind in ["test_parsing", "test_transform"] {
        for file in try folder.folder(kind)?.files("", ".json") ?? [] {
            let bytes = try file.bytes
            switch file.name.prefix(2) {
            case "y_" where file.name.contains("duplicated_key"):
                report.skip(file.name, "a name twice in one object is refused: it has two meanings")
            case "y_":
                report.expect(file.name) { try isStable(bytes) }
            case "n_":
                report.expect(file.name, accepted: false) {
                    _ = try JSON(parsing: bytes)
                    return true
                }
            default:
                report.expect(file.name) {
                    (try? JSON(parsing: bytes)) == nil ? true : try isStable(bytes)
                }
            }
        }
    }
}

private func isStable(_ bytes: [UInt8]) throws -> Bool {
    let value = try JSON(parsing: bytes)
    return try JSON(parsing: value.encoded) == value
}

/// RFC 8785: whole documents in three forms, and numbers.
func runJCS(_ folder: Folder, _ report: inout Report) throws {
    for file in try folder.folder("input")?.files("", ".json") ?? [] {
        report.expect("input \(file.stem)") {
            let written = try CanonicalJSON.encode(try JSON(parsing: file.bytes))
            let text = try folder.folder("output")?.file(file.name)?.bytes
            let hex = try folder.folder("outhex")?.file("\(file.stem).txt")?.hexBytes
            guard text != nil || hex != nil else { throw MissingFile() }
            return written == text ?? written && written == hex ?? written
        }
    }
    report.forEach(try folder.files("rfc8785", ".json")) { file, report in
        for (index, vector) in try file.json.list.enumerated() {
            report.expect("\(file.stem) \(index)") {
                let expected = try vector.expected.isNull ? nil : vector.expected.string
                return try number(vector.ieee754.string) == expected
            }
        }
    }
    report.forEach(try folder.files("es6testfile", ".txt")) { file, report in
        for line in try file.text.split(separator: "\n") {
            let fields = line.split(separator: ",")
            report.expect("\(file.stem) \(line)") {
                guard fields.count == 2 else { throw VectorError(what: "no number") }
                return try number(String(fields[0])) == String(fields[1])
            }
        }
    }
}

/// What a double of these bits is written as; `nil` for one that JSON has no number for.
private func number(_ bits: String) throws -> String? {
    guard let pattern = UInt64(bits, radix: 16) else { throw VectorError(what: "no bits") }
    return ECMAScriptNumber.text(Double(bitPattern: pattern))
}
