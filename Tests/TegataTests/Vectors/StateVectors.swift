import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// What a sealed store and a book of uses keep, by the words of Spec/state.md and not by the code that is tested: `state.json`.
func stateVectors() throws -> VectorFile {
    let key = SHA256.hash(Array("state".utf8)).array
    var file = VectorFile(
        "state", "What servers remember between requests: Spec/state.md.", given: ["K": .hex(key)])
    func mac(_ use: String, _ message: [UInt8]) -> [UInt8] {
        let key = HMAC.authenticationCode(for: Array("TEGATA-V01/state/\(use)".utf8), key: key)
        return HMAC.authenticationCode(for: message, key: key)
    }
    func sealed(_ name: [UInt8], _ value: [UInt8]) throws -> [UInt8] {
        let nonce = Array(mac("nonce", name + value).prefix(12))
        let key = HMAC.authenticationCode(for: Array("TEGATA-V01/state/value".utf8), key: key)
        return nonce + (try AESGCM.seal(value, key: key, nonce: nonce, authenticating: name))
    }
    let cases: [(String, String, [UInt8])] = [
        ("a used nonce", "nonce/verifier/6qJ", [0, 0, 0, 0, 0x6A, 0, 0, 0, 0]),
        ("an empty value", "pulse", []), ("a long value", "visit/x", Array(0...255)),
    ]
    for (comment, name, value) in cases {
        let stored = mac("name", Array(name.utf8))
        let input: JSONObject = ["name": .string(name), "value": .hex(value)]
        file.add(
            "seal", comment, input,
            output: ["stored_name": .hex(stored), "stored": .hex(try sealed(stored, value))])
    }
    let name = mac("name", Array("pulse".utf8))
    let good = try sealed(name, [1, 2, 3])
    func unseal(_ comment: String, _ stored: [UInt8], name: String = "pulse", _ ok: Bool = false) {
        file.add(
            "unseal", comment, ["name": .string(name), "stored": .hex(stored)],
            expect: ok ? "ok" : "unavailable", output: ok ? ["value": .hex([1, 2, 3])] : [:])
    }
    unseal("as made", good, true)
    unseal("under another name", good, name: "puls")
    unseal("another nonce", Wrong.flip(good, 0))
    unseal("a changed value", Wrong.flip(good, 13))
    unseal("a changed tag", Wrong.flip(good, good.count - 1))
    unseal("cut off", Array(good.dropLast()))
    unseal("a trailing byte", good + [0])
    unseal("nothing", [])
    for (comment, subject, use) in [("a benefit", [1], [2]), ("empty texts", [], [])]
        as [(String, [UInt8], [UInt8])]
    {
        let entry =
            taggedHash("TEGATA-V01/use", subject).array
            + taggedHash("TEGATA-V01/use-key", use).array
        file.add(
            "use", comment, ["subject": .hex(subject), "key": .hex(use)],
            output: ["entry": .hex(entry)])
    }
    return file
}
