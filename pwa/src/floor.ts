document.getElementById('app')!.textContent = 'Rampa';
