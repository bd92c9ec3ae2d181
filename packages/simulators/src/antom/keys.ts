/*
 * RSA keys for development and tests, known to everyone who has this source: a backend in live mode refuses them, and
 * nothing that they sign proves anything. As Antom's key tool writes them: base64 of PKCS #8 and of SPKI, no PEM.
 */

const clientPrivateKey: string = [
  'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCGjBXo0uFquSMxyi6CcxggsFdNLNqJGrmXFsvQq0K4mTZusRNY',
  'Ydtqb2asIQbIT3PyjNduF7hEvf7g2CekLea16rrlC/hJKjSCF3TWxZs1K4cjDxDtLqPxX4if7oSM6B2tHW3Fqb85MstyZAu2VsBK',
  'M9OZTdYQXvVab83IBTmYQWKfdVts14SbPxWBYSDq7/p+d+9wvPF6+wqd5QFw16rVmyYAizZtEsSE0avdjS40iInSv/koaGPg8DD2',
  'bVsCfpMNFVq8uNP5D+dXG1BBv3xjyaUHOJOLqmhnoSwyPa4Za6uJuK4I0aOQTBIu5/LykXnewnSXoNPr4/ioSDkLuhgjAgMBAAEC',
  'ggEALm6/zOah5mvYCoHExT4lEHrq1fZpwLEZZVv3oJ7J2tz9HPw9Od4jk7q4SyTmq1BIKmeSnSrQa+DJyhyuqYkxuow0TYFxAQbw',
  'sgiYSNpPMu0/qMi1RbU33L/kbZUp51rfivPCA1oOZRXzghmmtRmBKNpz5s8m1eV/dONqt+Gdu74swxzcn3vYdmfFFjTFdp4ostCX',
  'rxQ4/7JfJSt7CHM2ubnR8R1A2gCUWUrEB/jHrpkl1Op5u+x6DTAQ88DeCAsAqqmM38pdCtvxN8/3kgeq1rbx5wLu4h2tz3BzBAPL',
  'Vzdhm4FqJgclYfd4CQlQz/kcXu0hggSnMmTUeSNkSVnOcQKBgQC9qaQwqwT3XHyQpCt1tkqMmIMu5Liq9th/IVEHhPo/W50Jd8eJ',
  '69Xr29fh2P5lJmij7RvAt2kHTHUpbWFSb00ron+iwrZqZzfqw76uOR/tZ1zdC/eCdPF9jbAvWvpcpHlNW2VAYG0+iyUfoKqj7d2O',
  'TOth8+j0USMOWbYgzsJTWwKBgQC1m2rHcOXxEFmCACzmfV/h3GNmdqAAEW+msPGPDIRn5oMimhdmeMcOxBVQJmRjfHmEMP/W+yGX',
  'IBBtH+s+ucdfInsaD//YSfIzS0fnVub4mTp2KzbbuDERjKQ6mlumXCOKDetpUU/4e1LGOZqcuxXex2VEeZwscrffeZ45R+9Q2QKB',
  'gQCkK2tMFTy/QPcx3GkiAyCUgo9K0ABpPDI6GQSilaBnp01PHLdD0zfgaPN9Mu9BbvW0r1EOh7QJ9UyVB3DughkyY/5HTHPJtn7Y',
  'X4d2F0xjmszvKaSc78z4+ORAmWeNOXEmXK5QAyeMs7T2o4QRUZwtyLcWmqJSmMjXayATVeUvcQKBgQCgEgXzFtLGQPfz+v2YhyeN',
  'J7lBZguvI686yLmRsaG/BtHNHO7FNm2V2UVD6SMRAXUGDD5kmePIlc2Esd6i4hMWColgtnt2g+8EQTV2dgWNV1nNMFfhIJ+3bTSQ',
  'Jt/jaVE17QDzSmVniiOybrGVtd0YCL58tYfvMYpaYpMQwBPzOQKBgBYwwhEhWFQfe+t8KmoD2r1o7CPL5V1+IO37kngClhGbLApp',
  'mvsMImx+VSqTyYHm2MOxSsOc/6EE2Gc2N8PDgbQRXPaAMpHfCo2dCWOo+05t1MOZO1koeqJ4MbuOaz3mFc+ZoJ/CLMzSkDa8+26+',
  'CligyFP07zY4Z4ESfljSPN0M',
].join('')

const clientPublicKey: string = [
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAhowV6NLharkjMcougnMYILBXTSzaiRq5lxbL0KtCuJk2brETWGHbam9m',
  'rCEGyE9z8ozXbhe4RL3+4NgnpC3mteq65Qv4SSo0ghd01sWbNSuHIw8Q7S6j8V+In+6EjOgdrR1txam/OTLLcmQLtlbASjPTmU3W',
  'EF71Wm/NyAU5mEFin3VbbNeEmz8VgWEg6u/6fnfvcLzxevsKneUBcNeq1ZsmAIs2bRLEhNGr3Y0uNIiJ0r/5KGhj4PAw9m1bAn6T',
  'DRVavLjT+Q/nVxtQQb98Y8mlBziTi6poZ6EsMj2uGWuribiuCNGjkEwSLufy8pF53sJ0l6DT6+P4qEg5C7oYIwIDAQAB',
].join('')

const railPrivateKey: string = [
  'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDYytBukMoEajD9e26v0q6VvAaI5LcZ0Fi/5KkxQGRUkpIm77R9',
  'at+dkMpJq2ANm6/by0NbHglhkcqY8j+FZif5ds7XRVmUFi8ZaN7DgWzLQ4gZoT8H/AWqmyiTmcdm+n+MUQWyHsd4rXZJJv8Q2bKN',
  'DqDzJywPXHbGKns9mfcSPyH0qSaUnG3VGo0+Mc+bdoHXGl4I5Trmek4vtLm0ZYmJAopvEpd42mG9NqpazEZXPE7j6tE7telzYGPn',
  'cK3LVsAaVRFNXMfzRwa91GIcpSxUZgWFSon72m5jz6jDoFGIZsdRZn6fLuIA8q10FYkZrz4+330X/aEyOk0tuTAIDlxBAgMBAAEC',
  'ggEAIee+UhHPoSx2fakIoPOYnbnAD+LYBsUrTCpX572us1IPt4qKYN8OcAHNZq4od0MKbZv27HuLHg5YxYja3w3LYgbvHIMvxQBJ',
  '3MsmTnn3E5HRPv4/8bYRsM1UEEQ0XRT/o738NQ+pRLoO+NaM0mF/Ekk1FNzjKtfcNOvp8F1xuGbgyYPifsk3uWB9TwnsrylnhyZe',
  '7sUJlPoIuN3CkEDJ3wsFdCpSCO8erG2HiNvtYmdaotWtLbeamc99Gm9untMOnFV/ipDG5KuYfJWhun7XWi7X7V9Ic0wrxfaB/NYh',
  '93KHa2nb/cImS8uxiszuK4YmsYTWGM03/NzmaHh1I0wNrQKBgQD61FWTfkHHFhFJPwKTc5vQAiIs10GOcjzn7r2/NnHGoby7L1MA',
  'CtHdUgXV/E/tUObTzToKAyHDJSc6CXxsU9PRh/5y/gNyrVN3TW42IhpYUdumC0yELZxtbSQsCMazUD3u2iEFVLhp8W2wDQaeNLh1',
  'uX33OHd+moKoyMPYaWbWIwKBgQDdQtxDDe+W9GFoLKkm3YOPRpK4HxDjArLDSPye6VVso5j8PDc5PMR/5qTlXCjjGlAxcfJTB3jg',
  'MdkMUD/f5wwswM71Oe+r3zpSqruVVZm1p5aRKFbPWdHlTZBsHstchnTirKOXbAcOXr610w+oxTxlPVo0xGACfNIPecaBLaXgSwKB',
  'gQCiOEs0Pbaq3FHHrlGrLVy69XZGy9xhFO7hDV14WezRiu61nNCwOU8rNQ4DK9BBak4u8w6zRP1D6TZqaZInuTtHyw08L53pP8G4',
  'acJ6jim9rwtAYxRUc+80Mh7vv6lKdP3pCPfMK9Os6PCIqJP8I5qcwJ+AEOvvXFxebqGCyAAzQwKBgDK57meNHV29X0uT2Z/obw38',
  '/wwpSyTQbI1rAUepdQU4KI3DfGGp9d7g0PMogtM2KCZ92jGA6Ax2QS2ahFpfzSHBfnEoPDNqNSPYsrLU8i18Y3+aAPT+walRdAfl',
  's3fd95Q0Qjkn8iIwRIbJAbEOrv8C5thsIRrQ5RPZNlJNVdcrAoGBAM5hi42mRvzq8/xEsmvIbaHY6VmzaNrMma/imTNZFC6D1e5E',
  'MBqEC5m4/u9vK3ntbcs39wlXTVeyZD/jDu/zN7VGDSESqh40fkEpyFpQTSyf5arte6K9XAgcNGd7t016EWspxTvF2sMZc1Ne/HI2',
  'YuyxD54L0iBBH1aIwsYZ5SjR',
].join('')

const railPublicKey: string = [
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2MrQbpDKBGow/Xtur9KulbwGiOS3GdBYv+SpMUBkVJKSJu+0fWrfnZDK',
  'SatgDZuv28tDWx4JYZHKmPI/hWYn+XbO10VZlBYvGWjew4Fsy0OIGaE/B/wFqpsok5nHZvp/jFEFsh7HeK12SSb/ENmyjQ6g8ycs',
  'D1x2xip7PZn3Ej8h9KkmlJxt1RqNPjHPm3aB1xpeCOU65npOL7S5tGWJiQKKbxKXeNphvTaqWsxGVzxO4+rRO7Xpc2Bj53Cty1bA',
  'GlURTVzH80cGvdRiHKUsVGYFhUqJ+9puY8+ow6BRiGbHUWZ+ny7iAPKtdBWJGa8+Pt99F/2hMjpNLbkwCA5cQQIDAQAB',
].join('')

/** A client that the simulator knows, with both of its keys. */
export const defaultAntomClient: {
  readonly clientId: string
  readonly keyVersion: string
  readonly privateKey: string
  readonly publicKey: string
} = { clientId: 'HOLDFAST_SIMULATOR', keyVersion: '1', privateKey: clientPrivateKey, publicKey: clientPublicKey }

/** The simulator's own keys; a client verifies by the public one. */
export const defaultAntomKeys: { readonly keyVersion: string; readonly privateKey: string; readonly publicKey: string } = {
  keyVersion: '1',
  privateKey: railPrivateKey,
  publicKey: railPublicKey,
}
