import Foundation
import TegataCrypto
import TegataLog

/// C2SP signed notes: notes that open or must not, verifier keys, one signature made bit for bit.
func runSignedNotes(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        for vector in json.open.list {
            try runNote(vector, name: try vector.desc.string, &report)
        }
        for vector in json.verifierKeys.list {
            report.expect(try vector.desc.string, accepted: try !vector.wantErr.bool) {
                let text = try vector.vkey.string
                return try NoteKey(parsing: text).encoded == text
            }
        }
        if !json.sign.isNull {
            report.expect("sign") { try signs(json.sign) }
        }
        if !json.c2spExample.isNull {
            report.expect("C2SP example") {
                let key = try NoteKey(parsing: try json.c2spExample.vkey.string)
                let note = try SignedNote(parsing: Array(try json.c2spExample.note.string.utf8))
                return try note.verified(by: [key]) == [key]
            }
        }
        for vector in json.parseTree.list {
            let text = try vector.in.string
            report.expect("tree \(text.prefix(40))", accepted: try !vector.wantErr.bool) {
                try readsTree(text)
            }
        }
    }
}

private func runNote(_ vector: Vector, name: String, _ report: inout Report) throws {
    report.expect(name, accepted: try !vector.wantErr.bool) {
        let keys = try vector.vkeys.strings.map(NoteKey.init(parsing:))
        guard let data = Data(base64Encoded: try vector.noteB64.string) else {
            throw VectorError(what: "noteB64 is not base64")
        }
        let signers = try SignedNote(parsing: [UInt8](data)).verified(by: keys)
        return try signers.map(\.name).sorted() == vector.verified.strings.sorted()
    }
}

private func signs(_ vector: Vector) throws -> Bool {
    let parts = try vector.skey.string.split(separator: "+", maxSplits: 4)
    guard parts.count == 5, let key = Data(base64Encoded: String(parts[4])) else {
        throw VectorError(what: "skey has another form")
    }
    let signer = try NoteSigner(
        name: String(parts[2]), kind: .log,
        key: Ed25519.PrivateKey(rawRepresentation: [UInt8](key.dropFirst())))
    let note = signer.sign(try SignedNote(text: try vector.text.string), at: 0)
    return try note.encoded == vector.want.string
}

/// The set's origin has spaces, which no key's name may have, so it is replaced; the numbers are what is tested.
private func readsTree(_ text: String) throws -> Bool {
    let log = try NoteSigner(name: "tree", kind: .log)
    let body = text.replacing("go.sum database tree", with: "tree")
    let note = log.sign(try SignedNote(text: body), at: 0)
    return try Checkpoint(parsing: note, by: LogPolicy(log: log.key)).text == body
}

/// C2SP cosignatures: a witness's signature and time below a log's checkpoint.
func runCosignatures(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        for (index, vector) in try file.json.list.enumerated() {
            report.expect("\(file.stem) \(index)", accepted: true) {
                let key = try NoteKey(parsing: try vector.cosigner_vkey.string)
                let note = try SignedNote(parsing: Array(try vector.checkpoint.string.utf8))
                return try note.verified(by: [key]) == [key]
            }
        }
    }
}
