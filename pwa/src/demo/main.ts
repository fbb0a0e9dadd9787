document.getElementById('app')!.textContent = 'Rampa: demo';
