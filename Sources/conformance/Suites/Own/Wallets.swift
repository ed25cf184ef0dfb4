import Tegata
import TegataCrypto
import TegataSDJWT

/// Wallets that move: what their files bring, and the six digits.
let walletFunctions: [String: OwnFunction] = [
    "wallet-file": { input, _ in
        var wallet = try emptyWallet(input)
        let report = try wallet.take(try input.file.hex, under: try input.passphrase.string)
        return taken(wallet, report)
    },
    "wallet-kept": { input, _ in
        var wallet = try emptyWallet(input)
        let report = try wallet.take(try input.file.hex, keptUnder: try input.key.hex)
        return taken(wallet, report)
    },
    "wallet-key": { input, _ in
        guard
            let cost = Scrypt.Cost(
                logN: UInt8(try input.log_n.int), r: UInt8(try input.r.int),
                p: UInt8(try input.parallel.int))
        else { throw Refusal.limitExceeded }
        let key = try Scrypt.derive(
            from: try input.passphrase.utf8, salt: try input.salt.hex, cost: cost, count: 32)
        return ["key": .hex(key.exposedBytes)]
    },
    "wallet-move": { input, _ in
        var wallet = try emptyWallet(input)
        let new = try ReceivingDevice(
            try input.offer.string, secret: try SecretScalar(parsing: try input.p.hex))
        let reply = new.reply
        let old = try SendingDevice(secret: SecretScalar(parsing: try input.e.hex)).meet(reply)
        let code = old.code
        let met = try new.meet(try input.reveal.string)
        let report = try met.receive(
            try input.file.hex, into: &wallet, comparing: try input.code.string)
        return taken(wallet, report).merging(
            ["reply": .string(reply), "code": .string(code)]) { first, _ in first }
    },
]

private func emptyWallet(_ input: Vector) throws -> Wallet {
    let now = Int64(try input["time"].int)
    return Wallet(clock: { now })
}

private func taken(_ wallet: Wallet, _ report: WalletImport) -> [String: Vector] {
    var output: [String: Vector] = [
        "serials": .array(wallet.cards.map { .whole($0.serial.number) }),
        "issuers": .array(report.newIssuers.map { .string($0) }),
        "verifiers": .array(wallet.history.map { .string($0.verifier) }),
        "faults": .array(
            report.faults.map {
                .string("\($0.list.rawValue) \($0.place) \($0.reason.rawValue)")
            }),
    ]
    let answers = wallet.cards.flatMap { wallet.sentAnswers(of: $0) }
    let uses = wallet.cards.flatMap { wallet.takenUses(of: $0) }
    if !answers.isEmpty {
        output["answers"] = .array(
            answers.map { .string($0.word == .confirm ? "confirm" : "refuse") })
    }
    if !uses.isEmpty { output["vouchers"] = .array(uses.map { .string($0.receipt.shop) }) }
    let proofs = wallet.cards.flatMap { wallet.noticeProofs(of: $0) }
    if !proofs.isEmpty { output["proofs"] = .array(proofs.map { .string("\($0.proof.state)") }) }
    return output
}
