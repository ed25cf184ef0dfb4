import TegataCrypto
import TegataSDJWT

/// Token Status List: lists of each width, and signed lists.
func runStatusLists(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("long-vectors", ".json")) { file, report in
        for (index, vector) in try file.json.list.enumerated() {
            runLongList("list \(index)", vector, &report)
        }
    }
    report.forEach(try folder.files("tokens", ".json")) { file, report in
        let json = try file.json
        for (name, vector) in json.members {
            if name.hasSuffix("_jwk") { continue }
            if name.hasSuffix("cwt_hex") {
                report.skip(name, "lists in CBOR come with mobile documents")
            } else if name.hasSuffix("_jwt") {
                report.expect(name) { try isVerified(vector, by: json.issuer_public_jwk) }
            } else {
                report.expect(name) { try isShortList(vector) }
            }
        }
    }
}

/// Every status that the vector names, all others at once, and the list written and read again.
private func runLongList(_ name: String, _ vector: Vector, _ report: inout Report) {
    report.skip("\(name) in CBOR", "lists in CBOR come with mobile documents")
    let list: StatusList
    let others: UInt8
    do {
        list = try read(vector.json)
        others = try vector.allOthers.isNull ? 0 : UInt8(truncatingIfNeeded: vector.allOthers.int)
    } catch {
        return report.expect(name) { throw error }
    }
    let named = vector.statuses.members
    let misprints = vector.mismatchesInPublishedVector.list
    for (index, status) in named {
        let position = Vector.number(Double(index) ?? -1)
        if misprints.contains(where: { [$0, $0.index].contains(position) || $0 == .string(index) })
        {
            report.skip("\(name) \(index)", "the published list and its table disagree")
            continue
        }
        report.expect("\(name) \(index)") {
            guard let position = Int(index) else { throw VectorError(what: "no index") }
            return try list[position].map { Int($0.value) } == status.int
        }
    }
    report.expect("\(name) all others") {
        let known = Set(named.compactMap { Int($0.name) })
        let size = try vector.size.int
        return list.count == size
            && (0..<size).allSatisfy { known.contains($0) || list[$0]?.value == others }
    }
    report.expect("\(name) written again") { try StatusList(list.claim) == list }
}

private func isShortList(_ vector: Vector) throws -> Bool {
    let list = try read(vector)
    let statuses = try vector.statuses.list.map { try $0.int }
    return try statuses == (0..<list.count).map { Int(list[$0]?.value ?? 0) }
        && list.bytes == vector.byte_array.hex
}

/// Read for the address it names, at the time it was signed.
private func isVerified(_ vector: Vector, by key: Vector) throws -> Bool {
    let text = Array(try vector.string.utf8)
    let issuer = try VerifyingKey(parsingJWK: try publicHalf(key).encodedJSON)
    let claims = try CompactJWS(parsing: text, types: [StatusListToken.type]).untrustedPayload()
    let token = try StatusListToken(parsing: text, from: claims["sub"]?.string ?? "", by: issuer)
    return try token.status(at: 0, now: token.issuedAt, maximumAge: 0) == token.list[0]
}

private func read(_ vector: Vector) throws -> StatusList {
    try StatusList(try JSON(parsing: vector.encodedJSON))
}
