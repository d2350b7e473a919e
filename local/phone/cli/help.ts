export const HELP = `A phone with the authenticator app on it, as a command line.

  npm run phone -- <command> [options]

A phone is registered by its first command. It is trusted, and may use the backup, once it has turned backup on or
recovered or begun anew. Until then it sees how things stand, and recovers or starts anew.

Begin, back up, look
  turn-on            turn backup on
  upload FILE        back up the accounts of a file: JSON as recover writes it, or what another app exported (otpauth
                     addresses, Aegis, 2FAS, andOTP, Ente Auth, Google Authenticator); names those that don't fit
                     [--replaces N: though it loses most accounts]
                     [--without-icloud: so that a phone of the other platform can open it]
  status             what is backed up, from when and which phone; whether this phone is trusted, what waits and what is
                     frozen until when, and what the recovery key opens
  refresh            the owner has signed in again: the backup is up to date
  versions           the versions that are kept, the current one marked
  restore N          make an older version current again

Get it onto a new phone
  preview            what a recovery would bring, in numbers; begins none
                     [--version N: of an older one] [--recovery-key TEXT]
  recover            get the backup onto this phone, or begin to wait for it
                     [--version N: an older one] [--out FILE: write what came]
                     [--recovery-key TEXT: in place of the iCloud account]
                     [--without-icloud: take a version that was made so, though this phone has an iCloud account]
  open [RECOVERY-ID] get it when it has waited; options as recover has them, but for --version
  cancel [RECOVERY-ID]
                     give up a recovery on this phone
  start-anew         back up from this phone from now on, where what is there can't be opened, is another phone's or is
                     not wanted; it stays in the history for 30 days; waits as a recovery does; takes
                     --confirm start-anew, since only the owner decides that

Decide about another phone
  approve RECOVERY-ID
                     end the wait of a recovery on another phone
  deny RECOVERY-ID   "this wasn't me": end a recovery that waits or was released, revoke its phone, freeze the backup
  lift-freeze        let a frozen backup go on; it also ends by itself after 30 days
  list               the owner's phones, and which are trusted
  revoke DEVICE-ID   take a phone's access away
  register           register this phone again, after its access was taken away

Choose, see, leave
  recovery-key       set up a recovery key, for an owner who loses the iCloud account
  remove-recovery-key
                     after that, the key opens nothing
  policy             what the owner chose
                     [--conflict same-account|any-account] [--other-platform on|off]
                     [--waiting 3d|12h|SECONDS: how long recoveries on new phones wait]
  contacts           where else the owner is told of what happens, and is asked for codes
                     [add ADDRESS-OR-NUMBER: a code is sent there]
                     [confirm CONTACT-ID CODE] [send CONTACT-ID: another code] [remove CONTACT-ID]
  notices            what this phone was told by push, each notice once, and what others did
  activity           what happened to the backup [--verify: and whether the record is whole]
  export             write everything that is held about the owner to --out FILE
  turn-off           destroy the backup; takes --confirm delete
  erase              erase everything that is held about the owner; takes --confirm erase

Try things out
  clock [+TIME]      the time at the service on this machine, or move it on: +7d, +12h, +600
                     (for good: its data has seen that time pass)
  codes FILE         the codes that the accounts of such a file show now
  headers METHOD PATH
                     the headers of a request, its proof among them, for curl -H @-

Options
  --phone NAME       which phone; made if it doesn't exist yet (default: first)
  --owner NAME       who signs in (default: the phone's owner, or alice)
  --platform NAME    ios or android (default: the phone's, or android)
  --icloud NAME      the iCloud account of an iOS phone (default: the owner's name)
  --app-version N    the app's version (default: 6.8.0)
  --origin URL       where the service is (default: http://127.0.0.1:7071)
  --issuer URL       where the development issuer is (default: at the service's origin)
  --help

A phone's keys, and the names of the accounts on it, are kept in .local/phones/; the secrets of iCloud accounts in
.local/icloud/. open and cancel take the recovery that waits on the phone unless you name one.

Examples
  npm run phone -- turn-on
  npm run phone -- upload local/phone/sample-accounts.json
  npm run phone -- recover --phone second --out /tmp/recovered.json
  npm run phone -- turn-on --phone tablet --owner bob --platform ios
  npm run phone -- recovery-key --phone tablet
  npm run phone -- policy --waiting 3d
  npm run phone -- recover --phone third
  npm run phone -- clock +3d
  npm run phone -- open --phone third
  npm run phone -- status --app-version 5.6.9
`;
