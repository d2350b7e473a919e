export const HELP = `A phone with the authenticator app on it, as a command line.

  npm run phone -- <command> [options]

Commands
  turn-on            turn backup on
  upload FILE        back up the accounts and settings of a JSON file
                     [--replaces N: though it loses most accounts, or this phone has not recovered]
                     [--without-icloud: so that a phone of the other platform can open it]
  status             what is backed up, when, from which phone, and how it fares
  refresh            the owner has signed in again: the backup is up to date
  versions           the versions that are kept
  restore N          make an older version present again
  preview            what a recovery would bring, without beginning one
                     [--version N: of an older one] [--recovery-key TEXT]
  recover            get the backup onto this phone, or begin to wait for it
                     [--version N: an older one] [--out FILE: write what came]
                     [--recovery-key TEXT: in place of the iCloud account]
  open [RECOVERY-ID] get the backup when the recovery has waited [--out FILE] [--recovery-key TEXT]
  cancel [RECOVERY-ID]
                     give up a recovery on this phone
  approve RECOVERY-ID
                     end the wait of a recovery on another phone
  deny RECOVERY-ID   "this wasn't me": end a recovery, revoke its phone, freeze the backup
  lift-freeze        let a frozen backup go on
  recovery-key       set up a recovery key, for an owner who loses the iCloud account
  remove-recovery-key
                     after that, the key opens nothing
  policy             what the owner chose
                     [--conflict same-account|any-account] [--other-platform on|off]
                     [--waiting 3d|12h|SECONDS: how long recoveries on new phones wait]
  turn-off           destroy the backup; takes --confirm delete
  list               the owner's phones
  revoke DEVICE-ID   take a phone's access away
  activity           what happened to the backup [--verify: and whether the record is whole]
  export             write everything that is held about the owner to --out FILE
  erase              erase everything that is held about the owner; takes --confirm erase
  headers METHOD PATH
                     the headers of a request, its proof among them, for curl -H @-
  codes FILE         the codes that the accounts of a JSON file show now
  clock [+TIME]      the time at the service on this machine, or move it on: +7d, +12h, +600
                     (for good: its data has seen that time pass)

Options
  --phone NAME       which phone; made if it doesn't exist yet (default: first)
  --owner NAME       who signs in (default: the phone's owner, or alice)
  --platform NAME    ios or android (default: the phone's, or android)
  --icloud NAME      the iCloud account of an iOS phone (default: the owner's name)
  --app-version N    the app's version (default: 6.8.0)
  --origin URL       where the service is (default: http://127.0.0.1:7071)
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
  npm run phone -- clock +3d
  npm run phone -- status --app-version 5.6.9
`;
