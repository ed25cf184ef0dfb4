internal import Foundation
internal import ServiceKit
public import Tegata

/// The wallet as its folder has it, read and checked again each time: what was changed on the disk is no wallet any more.
public struct KeptWallet: Sendable {
    /// What is in it.
    public var wallet: Wallet
    /// What was in the file and could not be taken: a card past its end, say.
    public let faults: [WalletImport.Fault]
}

extension WalletHome {
    private static let file = "wallet"
    private static let setAside = ".set-aside"

    /// Reads the wallet.
    ///
    /// - Throws: `Refusal.unauthorized` for a file that was changed, or is another wallet's.
    func wallet() throws -> KeptWallet {
        var wallet = Wallet()
        guard has(Self.file) else { return KeptWallet(wallet: wallet, faults: []) }
        let report = try wallet.take(KeyFile.read(file(Self.file)), keptUnder: sealingKey())
        return KeptWallet(wallet: wallet, faults: report.faults)
    }

    /// Changes the wallet: nobody else does at the same time, and what throws changes nothing. What could not be read from the file
    /// stays in a copy of it.
    @discardableResult
    func change<Value>(_ body: (inout Wallet) throws -> Value) throws -> Value {
        try locked {
            var kept = try wallet()
            let value = try body(&kept.wallet)
            if !kept.faults.isEmpty {
                let name = "\(WalletService.now)-\(UUID().uuidString)\(Self.setAside)"
                try KeyFile.write(KeyFile.read(file(Self.file)), to: file(name))
            }
            try KeyFile.write(kept.wallet.kept(under: sealingKey()), to: file(Self.file))
            return value
        }
    }

    /// Deletes everything: cards, history, what is on its way, copies, and both keys. What comes next is another wallet.
    func deleteAll() throws {
        try locked {
            for name in try names(endingIn: "") where Self.isOurs(name) { try remove(name) }
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        [file, "wallet.key", "holder.key"].contains(name)
            || [setAside, ".waiting", ".new"].contains { name.hasSuffix($0) }
    }

    private func sealingKey() throws -> [UInt8] { try KeyFile.secret(file("wallet.key")) }
}
