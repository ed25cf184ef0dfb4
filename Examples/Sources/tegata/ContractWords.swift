import Pages
import Tegata

extension Message {
    static let contractAbstract = Message(
        "契約（イーサリアム）が確かめられる引換券。望む発行者だけのもの。",
        "Vouchers that a contract checks, for issuers that want them.")
    static let chainHelp = Message("チェーンの番号（EIP-155）。", "The chain's number (EIP-155).")
    static let contractHelp = Message("契約のアドレス。", "The contract's address.")
    static let voucherAbstract = Message(
        "会員証に引換券を付けます。", "Signs a voucher for a card.")
    static let voucherDiscussion = Message(
        """
        引換券だけに使う鍵で署名します。版、番号、持ち主の鍵のアドレスのほか、個人のことは入りません。ただし公開されると消せません。
        例：tegata contract voucher card --profile kaga.json --key voucher.key --chain 1 --contract 0x… --until 2027-03-31 --out voucher
        """,
        """
        It takes a key that signs nothing else. A voucher has edition, number and the address of the holder's key, and nothing about a person; what is \
        published on a chain stays.
        Example: tegata contract voucher card --profile kaga.json --key voucher.key --chain 1 --contract 0x… --until 2027-03-31 --out voucher
        """)
    static let cardFileHelp = Message("発行された会員証のファイル。", "The file with the card, as it was issued.")
    static let voucherKeyHelp = Message(
        "引換券だけに使う鍵（tegata keygen）。", "A key for vouchers alone (tegata keygen).")
    static let untilHelp = Message(
        "契約が受け付ける最後の日、2027-03-31 のように。", "The last day that a contract takes it, as in 2027-03-31.")
    static let voucherOut = Message("引換券を書くファイル。", "The file that the voucher is written to.")
    static let signedBy = Message("署名者のアドレス", "signer's address")
    static let voucherCheckAbstract = Message(
        "契約と同じように引換券を確かめます。", "Checks a voucher as a contract does.")
    static let voucherCheckDiscussion = Message(
        "例：tegata contract check voucher --signer 0x… --chain 1 --contract 0x…",
        "Example: tegata contract check voucher --signer 0x… --chain 1 --contract 0x…")
    static let voucherFile = Message("引換券のファイル。", "The file with the voucher.")
    static let signerHelp = Message("署名者のアドレス。", "The signer's address.")
    static let goodUntil = Message("受け付ける最後の日", "taken until")
    static let metadataAbstract = Message(
        "トークンの説明（ERC-721）を出します。", "Prints a token's metadata (ERC-721).")
    static let metadataDiscussion = Message(
        "契約は ERC-5192 の 0xb45a3c0e に true と答えます：会員証は売り買いされません。",
        "The contract answers true for 0xb45a3c0e of ERC-5192: a membership does not move.")
    static let describedJapanese = Message("日本語の説明。", "The description in Japanese.")
    static let describedEnglish = Message("英語の説明。", "The description in English.")
    static let imageHelp = Message("絵のアドレス。", "The picture's address.")
    static let noAddress = Message(
        "アドレスではありません（大文字小文字も確かめます）", "is no address (upper and lower case count)")
}
